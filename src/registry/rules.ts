import { deepEqual } from '../apimachinery/equality.ts'
import { duplicate, type FieldError, forbiddenField, invalid, required } from '../apimachinery/field-error.ts'
import { CelError, CelOptional, type CelValue } from './cel/values.ts'
import { listMapKey } from './list-types.ts'
import { type CompiledRule, lazily, type RuleNode, ruleTreeOf } from './rule-compilation.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

/** What one run of a rule, and all the runs of a request together, may cost, in cel-go's units. */
const costPerRun = 1_000_000
const costPerRequest = 10_000_000

const maxMessageBytes = 5120

/**
 * The faults that the schema's `x-kubernetes-validations` find in an object that is valid otherwise: pass as `found`
 * what validation found before, since rules may trust the schema and are not run over data that breaks it.
 *
 * With `old`, transition rules run where the old value can be told (by field, and by the keys of list-type maps), and
 * faults of values that did not change are left out, unless the rule looks at the old value itself.
 */
export function validateRules(
  schema: StructuralSchema,
  object: unknown,
  old?: unknown,
  found: readonly FieldError[] = [],
): FieldError[] {
  const tree = ruleTreeOf(schema)
  if (!tree) return []
  if (found.some(blocksRules)) return [rulesNotChecked]
  const run: Run = { errors: [], budget: costPerRequest }
  const correlation =
    old === undefined ? uncorrelated : { current: { value: object, old }, parent: undefined }
  validateNode(tree, run, '', object, old, correlation)
  return run.errors
}

/** The same for a value at `path` that is a part of an object. `isResource`: it is a whole object itself. */
export function validateRulesOfValue(
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
  path: string,
  isResource: boolean,
): FieldError[] {
  const tree = ruleTreeOf(schema, isResource)
  if (!tree) return []
  const run: Run = { errors: [], budget: costPerRequest }
  const correlation = old === undefined ? uncorrelated : { current: { value, old }, parent: undefined }
  validateNode(tree, run, path, value, old, correlation)
  return run.errors
}

const blockingTypes: ReadonlySet<string> = new Set<FieldError['type']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

function blocksRules(error: FieldError): boolean {
  return blockingTypes.has(error.type)
}

/** Kubernetes' hint that there may be more to say. */
const rulesNotChecked = invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

interface Run {
  readonly errors: FieldError[]
  /** What is left to spend; negative once a fault has ended the run. */
  budget: number
}

/** A value and the one it replaces. */
interface Pair {
  readonly value: unknown
  readonly old: unknown
}

/** The pair at hand, where there is one, and the nearest pair above it. */
interface Correlation {
  readonly current: Pair | undefined
  readonly parent: Pair | undefined
}

const uncorrelated: Correlation = { current: undefined, parent: undefined }

function isUnchanged({ current, parent }: Correlation): boolean {
  const pair = current ?? parent
  return pair !== undefined && deepEqual(pair.value, pair.old)
}

function validateNode(
  node: RuleNode,
  run: Run,
  path: string,
  value: unknown,
  old: unknown,
  correlation: Correlation,
): void {
  if (value === null || value === undefined) return
  if (node.rules.length > 0) runRules(node, run, path, value, old, correlation)
  for (const part of node.allOf) {
    if (run.budget < 0) return
    validateNode(part, run, path, value, old, { current: undefined, parent: correlation.parent })
  }
  if (run.budget < 0) return
  if (Array.isArray(value)) validateItems(node, run, path, value, old, correlation)
  else if (typeof value === 'object') {
    validateFields(node, run, path, value as Record<string, unknown>, old, correlation)
  }
}

function validateFields(
  node: RuleNode,
  run: Run,
  path: string,
  fields: Readonly<Record<string, unknown>>,
  old: unknown,
  correlation: Correlation,
): void {
  const oldFields = isFields(old) ? old : undefined
  const visit = (child: RuleNode, name: string, childPath: string) => {
    if (run.budget < 0 || !Object.hasOwn(fields, name)) return
    const oldValue = oldFields && Object.hasOwn(oldFields, name) ? oldFields[name] : undefined
    validateNode(child, run, childPath, fields[name], oldValue, belowField(correlation, name))
  }
  if (node.additionalProperties) {
    for (const name of Object.keys(fields)) visit(node.additionalProperties, name, `${path}[${name}]`)
  }
  for (const { name, node: child } of node.properties)
    visit(child, name, path === '' ? name : `${path}.${name}`)
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function belowField(correlation: Correlation, name: string): Correlation {
  const { current, parent } = correlation
  if (!current) return correlation
  // both sides are of one version by now, so a change of these two cannot be seen
  if (!parent && (name === 'apiVersion' || name === 'kind')) return uncorrelated
  const { value, old } = current
  const correlated = isFields(value) && isFields(old) && Object.hasOwn(old, name)
  return { current: correlated ? { value: value[name], old: old[name] } : undefined, parent: current }
}

function validateItems(
  node: RuleNode,
  run: Run,
  path: string,
  items: readonly unknown[],
  old: unknown,
  correlation: Correlation,
): void {
  if (!node.items) return
  const keys = node.schema['x-kubernetes-list-map-keys'] ?? []
  const listType = node.schema['x-kubernetes-list-type']
  const identity = (item: unknown) => JSON.stringify(listMapKey(item, keys))
  const byKey =
    listType === 'map' && Array.isArray(old)
      ? new Map(old.map((item: unknown) => [identity(item), item]))
      : undefined
  for (const [index, item] of items.entries()) {
    if (run.budget < 0) return
    const oldItem = byKey?.get(identity(item))
    let below = correlation
    if (correlation.current) {
      const oldList = correlation.current.old
      const counterpart =
        listType === 'map'
          ? oldItem
          : listType === undefined && Array.isArray(oldList)
            ? (oldList[index] as unknown)
            : undefined
      below = {
        current: counterpart === undefined ? undefined : { value: item, old: counterpart },
        parent: correlation.current,
      }
    }
    validateNode(node.items, run, `${path}[${index}]`, item, oldItem, below)
  }
}

function runRules(
  node: RuleNode,
  run: Run,
  path: string,
  value: unknown,
  old: unknown,
  correlation: Correlation,
): void {
  const place = path === '' ? '<nil>' : path
  const type = node.schema.type ?? ''
  const report = (detail: string) => {
    run.errors.push(invalid(place, type, detail))
  }
  const self = lazily(() => node.view.convert(value))
  const oldSelf = lazily(() => node.view.convert(old))
  for (const compile of node.rules) {
    if (run.budget <= 0) {
      report('validation failed due to running out of cost budget, no further validation rules will be run')
      run.budget = -1
      return
    }
    const compiled = compile()
    const { rule } = compiled
    if (compiled.fault !== undefined || !compiled.program) {
      report(`rule compile error: ${compiled.fault ?? ''}`)
      continue
    }
    if (compiled.usesOldSelf && old == null && !rule.optionalOldSelf) continue
    // A part shared with what is stored was found to hold when that was written.
    if (value === old && typeof value === 'object' && !compiled.usesOldSelf) continue
    const values = valuesOf(rule, self(), old == null ? undefined : oldSelf())
    const outcome = compiled.program(values, Math.min(costPerRun, run.budget))
    if (outcome.exceeded) {
      report(
        run.budget < costPerRun
          ? 'validation failed due to running out of cost budget, no further validation rules will be run'
          : `'${(outcome.value as CelError).message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`,
      )
      run.budget = -1
      return
    }
    run.budget -= outcome.cost
    if (outcome.value === true) continue
    if (outcome.value instanceof CelError) {
      const { message } = outcome.value
      report(
        message.startsWith('no such overload')
          ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
          : `${message} evaluating rule: ${ruleText(rule)}`,
      )
      continue
    }
    const error = refusal(compiled, run, path, type, values)
    if (compiled.usesOldSelf || !isUnchanged(correlation)) run.errors.push(error)
    if (run.budget < 0) return
  }
}

function valuesOf(rule: ValidationRule, self: CelValue, oldSelf: CelValue | undefined): CelValue[] {
  if (!rule.optionalOldSelf) return [self, oldSelf ?? null]
  return [self, oldSelf === undefined ? CelOptional.none : new CelOptional(oldSelf)]
}

/** The text by which messages name a rule. */
function ruleText(rule: ValidationRule): string {
  return (rule.message || rule.rule).trim()
}

function refusal(
  compiled: CompiledRule,
  run: Run,
  path: string,
  type: string,
  values: readonly CelValue[],
): FieldError {
  const { rule, fieldPath } = compiled
  const place = fieldPath === '' ? path || '<nil>' : path === '' ? fieldPath : `${path}.${fieldPath}`
  const computed = computedMessage(compiled, run, values)
  if (computed && 'fault' in computed) return invalid(place, type, computed.fault)
  const detail = computed?.message ?? (rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`)
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(place, detail)
    case 'FieldValueRequired':
      return required(place, detail)
    case 'FieldValueDuplicate':
      return duplicate(place, type)
    default:
      return invalid(place, type, detail)
  }
}

/** What `messageExpression` says, where it says something usable; a fault where it costs too much. */
function computedMessage(
  compiled: CompiledRule,
  run: Run,
  values: readonly CelValue[],
): { readonly message: string } | { readonly fault: string } | undefined {
  if (!compiled.messageProgram) return undefined
  const outcome = compiled.messageProgram(values, Math.min(costPerRun, Math.max(run.budget, 0)))
  if (outcome.exceeded) {
    const fault =
      run.budget < costPerRun
        ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
        : `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(compiled.rule.messageExpression)}`
    run.budget = -1
    return { fault }
  }
  run.budget -= outcome.cost
  if (typeof outcome.value !== 'string') return undefined
  const message = outcome.value.trim()
  const usable = message !== '' && !message.includes('\n') && Buffer.byteLength(message) <= maxMessageBytes
  return usable ? { message } : undefined
}
