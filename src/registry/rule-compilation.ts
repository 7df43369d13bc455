import type { DeclaredSize } from './cel/cost/declared-sizes.ts'
import { type CelEnvironment, createCelEnvironment } from './cel/environment.ts'
import type { Program } from './cel/evaluator.ts'
import { type SchemaView, viewOf } from './cel/schema-values.ts'
import { type CelType, formatType } from './cel/types.ts'
import { resolveRuleFieldPath } from './rule-field-path.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

/** A rule with its programs; compiled when it is first needed. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Absent where the rule does not compile. */
  readonly program: Program | undefined
  readonly fault: string | undefined
  readonly messageProgram: Program | undefined
  readonly messageFault: string | undefined
  /** A rule that looks at the old value runs only where there is one. */
  readonly usesOldSelf: boolean
  /** Where the fault is reported, below the rule's own value; empty: there. */
  readonly fieldPath: string
  readonly fieldPathFault: string | undefined
  /** What a run of the rule and of its message costs at most, where that was asked for. */
  readonly cost: number
  readonly messageCost: number
}

/** The rules of a schema and of what is below it; parts without rules are absent, so that they cost nothing. */
export interface RuleNode {
  readonly schema: StructuralSchema
  readonly view: SchemaView
  readonly rules: readonly (() => CompiledRule)[]
  readonly items: RuleNode | undefined
  readonly properties: readonly { readonly name: string; readonly node: RuleNode }[]
  readonly additionalProperties: RuleNode | undefined
  readonly allOf: readonly RuleNode[]
}

const trees = new WeakMap<StructuralSchema, RuleNode | null>()

/** The rules of a whole object, or of a value that is none; undefined where its schema has none. */
export function ruleTreeOf(schema: StructuralSchema, isResource = true): RuleNode | undefined {
  // values by themselves are looked at once, when a default is checked
  if (!isResource) return buildNode(schema, schema, viewOf(schema, false))
  let tree = trees.get(schema)
  if (tree === undefined) {
    tree = buildNode(schema, schema, viewOf(schema, true)) ?? null
    trees.set(schema, tree)
  }
  return tree ?? undefined
}

/** `rules` is where rules are read, `schema` what the data looks like: they differ below `allOf`. */
function buildNode(
  rules: StructuralSchema,
  schema: StructuralSchema,
  view: SchemaView | undefined,
): RuleNode | undefined {
  if (!view) return undefined
  const below = (part: StructuralSchema | undefined, of: StructuralSchema | undefined) =>
    part && of && buildNode(part, of, viewOf(of, of['x-kubernetes-embedded-resource'] === true))
  const properties = Object.entries(rules.properties ?? {}).flatMap(([name, property]) => {
    const node = below(property, schema.properties?.[name])
    return node ? [{ name, node }] : []
  })
  const node: RuleNode = {
    schema,
    view,
    rules: (rules['x-kubernetes-validations'] ?? []).map((rule) =>
      lazily(() => compileRule(rule, schema, view.type)),
    ),
    items: below(rules.items, schema.items),
    properties,
    additionalProperties: below(asSchema(rules.additionalProperties), asSchema(schema.additionalProperties)),
    allOf: (rules.allOf ?? [])
      .map((part) => buildNode(part, schema, view))
      .filter((each) => each !== undefined),
  }
  const empty =
    node.rules.length === 0 &&
    node.properties.length === 0 &&
    node.allOf.length === 0 &&
    !node.items &&
    !node.additionalProperties
  return empty ? undefined : node
}

function asSchema(value: boolean | StructuralSchema | undefined): StructuralSchema | undefined {
  return typeof value === 'object' ? value : undefined
}

/** A value that is made when it is first asked for. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The language never changes, so one environment serves every schema. */
const environment: () => CelEnvironment = lazily(createCelEnvironment)

/** Compiles one rule over values of a type; `size` is how large they can be, where costs are to be estimated. */
export function compileRule(
  rule: ValidationRule,
  schema: StructuralSchema,
  type: CelType,
  size?: DeclaredSize,
): CompiledRule {
  const variables = new Map<string, CelType>([
    ['self', type],
    ['oldSelf', rule.optionalOldSelf ? { kind: 'optional', value: type } : type],
  ])
  const main = compileExpression(rule.rule, variables, size, {
    type: 'bool',
    otherwise: 'cel expression must evaluate to a bool',
    subject: '',
  })
  // the message of a rule that does not compile is not looked at
  const message =
    rule.messageExpression && main.program
      ? compileExpression(rule.messageExpression, variables, size, {
          type: 'string',
          otherwise: 'messageExpression must evaluate to a string',
          subject: 'messageExpression ',
        })
      : undefined
  const place = rule.fieldPath ? resolveRuleFieldPath(schema, rule.fieldPath) : { path: '', schema }
  return {
    rule,
    program: main.program,
    fault: main.fault,
    messageProgram: message?.program,
    messageFault: message?.fault,
    usesOldSelf: main.usesOldSelf,
    fieldPath: 'path' in place ? place.path : '',
    fieldPathFault: 'fault' in place ? place.fault : undefined,
    cost: main.cost,
    messageCost: message?.cost ?? 0,
  }
}

interface Expected {
  readonly type: string
  /** What is said where the expression is of another type. */
  readonly otherwise: string
  /** How faults of the expression begin. */
  readonly subject: string
}

interface CompiledExpression {
  readonly program: Program | undefined
  readonly fault: string | undefined
  readonly usesOldSelf: boolean
  readonly cost: number
}

function compileExpression(
  text: string,
  variables: ReadonlyMap<string, CelType>,
  size: DeclaredSize | undefined,
  expected: Expected,
): CompiledExpression {
  const failed = (fault: string) => ({ program: undefined, fault, usesOldSelf: false, cost: 0 })
  const compiled = environment().compile(text, variables)
  if ('fault' in compiled) {
    const { fault, stage } = compiled
    if (stage !== 'instantiation') return failed(`${expected.subject}compilation failed: ${fault}`)
    return failed(`${expected.subject || 'program '}instantiation failed: ${fault}`)
  }
  if (formatType(compiled.type) !== expected.type) return failed(expected.otherwise)
  return {
    program: compiled.program,
    fault: undefined,
    usesOldSelf: compiled.reads.has('oldSelf'),
    cost: size ? compiled.estimateCost(size) : 0,
  }
}
