import { CelSyntaxError, type Expression, type Macro } from './syntax.ts'

/**
 * The macros of CEL and of the extensions that Kubernetes loads. A call that has a macro's name and number of arguments
 * is that macro; any other call is left alone.
 */
export function expandMacro(
  name: string,
  target: Expression | undefined,
  parameters: readonly Expression[],
  position: number,
): Expression | undefined {
  if (target === undefined)
    return name === 'has' && parameters.length === 1 ? has(parameters[0], position) : undefined
  if ((name === 'optMap' || name === 'optFlatMap') && parameters.length === 2) {
    const [variable, body] = parameters as [Expression, Expression]
    const optional = name === 'optMap' ? 'map' : 'flatMap'
    return { kind: 'bind', variable: variableName(variable), value: target, body, optional, position }
  }
  const shape = comprehensions[`${name}/${parameters.length}`]
  if (!shape) return undefined
  const [first, second] = parameters as [Expression, Expression]
  const rest = parameters.slice(shape.variables)
  return {
    kind: 'comprehension',
    macro: shape.macro,
    range: target,
    variable: variableName(first),
    second: shape.variables === 2 ? secondVariable(first, second) : undefined,
    condition: rest.length === 2 ? rest[0] : undefined,
    body: rest.at(-1) as Expression,
    position,
  }
}

const comprehensions: Readonly<Record<string, { macro: Macro; variables: 1 | 2 }>> = {
  'all/2': { macro: 'all', variables: 1 },
  'all/3': { macro: 'all', variables: 2 },
  'exists/2': { macro: 'exists', variables: 1 },
  'exists/3': { macro: 'exists', variables: 2 },
  'exists_one/2': { macro: 'existsOne', variables: 1 },
  'exists_one/3': { macro: 'existsOne', variables: 2 },
  'existsOne/2': { macro: 'existsOne', variables: 1 },
  'existsOne/3': { macro: 'existsOne', variables: 2 },
  'map/2': { macro: 'map', variables: 1 },
  'map/3': { macro: 'map', variables: 1 },
  'filter/2': { macro: 'filter', variables: 1 },
  'transformList/3': { macro: 'transformList', variables: 2 },
  'transformList/4': { macro: 'transformList', variables: 2 },
  'transformMap/3': { macro: 'transformMap', variables: 2 },
  'transformMap/4': { macro: 'transformMap', variables: 2 },
  'transformMapEntry/3': { macro: 'transformMapEntry', variables: 2 },
  'transformMapEntry/4': { macro: 'transformMapEntry', variables: 2 },
}

function has(parameter: Expression | undefined, position: number): Expression {
  if (parameter?.kind !== 'select' || parameter.optional) {
    throw new CelSyntaxError('invalid argument to has() macro', parameter?.position ?? position)
  }
  return { kind: 'has', operand: parameter.operand, field: parameter.field, position }
}

function variableName(expression: Expression): string {
  if (expression.kind !== 'identifier') {
    throw new CelSyntaxError('argument must be a simple name', expression.position)
  }
  return expression.name
}

function secondVariable(first: Expression, second: Expression): string {
  const name = variableName(second)
  if (name === variableName(first)) {
    throw new CelSyntaxError(`duplicate variable name: ${name}`, second.position)
  }
  return name
}
