import { type FieldError, invalid, notSupported, required } from '../apimachinery/field-error.ts'
import { declaredSize, maxOccurrences } from './cel/cost/declared-sizes.ts'
import { viewOf } from './cel/schema-values.ts'
import { compileRule } from './rule-compilation.ts'
import { type Occurrences, occurrencesBelow, RuleCosts } from './rule-cost.ts'
import { resolveRuleFieldPath } from './rule-field-path.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

const lineBreak = /[\n\r]/

/** The faults of a schema's own rules that can be seen without compiling them. */
export function checkRuleTexts(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    checkRuleText(rule, schema, `${path}.x-kubernetes-validations[${index}]`, errors)
  }
}

function checkRuleText(
  rule: ValidationRule,
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
): void {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const text = (rule.rule ?? '').trim()
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  } else if (lineBreak.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'))
  } else if (lineBreak.test(text) && message === '') {
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'))
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'))
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons))
  }
  if (fieldPath === '') return
  const refuse = (detail: string) => errors.push(invalid(`${path}.fieldPath`, fieldPath, detail))
  if (fieldPath.trim() === '') refuse('must be non-empty if specified')
  if (lineBreak.test(fieldPath)) refuse('must not contain line breaks')
  if ('fault' in resolveRuleFieldPath(schema, fieldPath)) refuse('must be a valid path')
}

/**
 * The faults of the rules of a schema: those that do not compile, look at old values where none can be told, or could
 * cost too much. `path` is the schema's own; `unsound` tells where faults were found before, because rules over what
 * is wrong already would only be more faults of the same.
 */
export function compileRules(
  schema: StructuralSchema,
  path: string,
  unsound: (path: string) => boolean = () => false,
  suppressCosts = false,
): FieldError[] {
  const walk: Walk = { errors: [], costs: new RuleCosts(), unsound, suppressCosts }
  checkNode(schema, path, true, undefined, 1, walk)
  return [...walk.errors, ...walk.costs.total(path)]
}

/** A rule as a real server's messages have it. */
function shownRule(rule: ValidationRule): unknown {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}

interface Walk {
  readonly errors: FieldError[]
  readonly costs: RuleCosts
  readonly unsound: (path: string) => boolean
  readonly suppressCosts: boolean
}

/** `uncorrelatable`: the path of the highest list above whose items have no old counterpart. */
function checkNode(
  schema: StructuralSchema,
  path: string,
  isResource: boolean,
  uncorrelatable: string | undefined,
  occurrences: Occurrences,
  walk: Walk,
): void {
  const below = (part: StructuralSchema, partPath: string, without: string | undefined) => {
    const isEmbedded = part['x-kubernetes-embedded-resource'] === true
    checkNode(part, partPath, isEmbedded, without, occurrencesBelow(schema, occurrences), walk)
  }
  if (typeof schema.additionalProperties === 'object') {
    below(schema.additionalProperties, `${path}.additionalProperties`, uncorrelatable)
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    below(property, `${path}.properties[${name}]`, uncorrelatable)
  }
  if (schema.items) {
    const correlates = schema['x-kubernetes-list-type'] === 'map'
    below(schema.items, `${path}.items`, uncorrelatable ?? (correlates ? undefined : path))
  }
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length > 0 && !walk.unsound(path)) {
    checkExpressions(rules, schema, isResource, path, uncorrelatable, occurrences, walk)
  }
}

function checkExpressions(
  rules: readonly ValidationRule[],
  schema: StructuralSchema,
  isResource: boolean,
  path: string,
  uncorrelatable: string | undefined,
  occurrences: Occurrences,
  { errors, costs, suppressCosts }: Walk,
): void {
  const view = viewOf(schema, isResource)
  const size = declaredSize(schema, isResource)
  if (!view || !size) {
    errors.push({
      type: 'InternalError',
      field: `${path}.x-kubernetes-validations`,
      message:
        'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
    })
    return
  }
  const times = occurrences ?? maxOccurrences(size)
  const spend = (place: string, cost: number, what: string) => {
    const fault = costs.add(place, cost, what)
    if (fault && !suppressCosts) errors.push(fault)
  }
  for (const [index, rule] of rules.entries()) {
    const place = `${path}.x-kubernetes-validations[${index}]`
    const compiled = compileRule(rule, schema, view.type, size)
    spend(`${place}.rule`, compiled.cost * times, 'estimated rule cost')
    if (compiled.fault !== undefined) errors.push(invalid(`${place}.rule`, shownRule(rule), compiled.fault))
    if (compiled.messageFault !== undefined) {
      errors.push(invalid(`${place}.messageExpression`, shownRule(rule), compiled.messageFault))
    } else if (compiled.messageProgram) {
      spend(`${place}.messageExpression`, compiled.messageCost, 'estimated messageExpression cost')
    }
    if (!compiled.usesOldSelf) {
      if (rule.optionalOldSelf === undefined) continue
      const detail = 'may not be set if oldSelf is not used in rule'
      errors.push(invalid(`${place}.optionalOldSelf`, rule.optionalOldSelf, detail))
    } else if (uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`
      errors.push(invalid(`${place}.rule`, rule.rule, detail))
    }
  }
}
