import { deepEqual } from '../apimachinery/equality.ts'
import type { FieldError } from '../apimachinery/field-error.ts'
import { validateEmbeddedResources } from './embedded-resource.ts'
import { listMapKey, repetitions, validateListTypes } from './list-types.ts'
import { enumPart, formatPart, isObject, numberPart, stringPart, typePart } from './scalar-validation.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { ValidationReport } from './validation-report.ts'

/**
 * Every fault of `object` under `schema`, in kube-openapi's words and order: type, combined schemas, strings, formats,
 * numbers, lists, enums, objects; then embedded objects; then sets and maps. CEL rules are apart (rules.ts).
 *
 * With `old`, what did not change is not reported (validation ratcheting): a value is compared with the one that it
 * replaces, found by field, by the keys of a list-type map, or by index. `prefix` is the path of `object` itself,
 * where it is a part: a real server checks a write to `/status` as the value at `status`.
 */
export function validateSchema(
  schema: StructuralSchema,
  object: unknown,
  old?: unknown,
  prefix = '',
): FieldError[] {
  const report = new ValidationReport(prefix)
  checkOf(schema)(object, old === undefined ? nothing : old, report)
  const errors = report.errors.length > 1 ? withoutRepetitions(report.errors) : report.errors
  if (report.exhausted) errors.push(report.exhausted)
  errors.push(...validateEmbeddedResources(schema, object, prefix))
  const listErrors = validateListTypes(schema, object, prefix)
  if (listErrors.length > 0 && (old === undefined || validateListTypes(schema, old, prefix).length === 0)) {
    errors.push(...listErrors)
  }
  return errors
}

/** The faults that the schema finds in a value by itself: neither embedded objects nor list types are looked at. */
export function validateValue(schema: StructuralSchema, value: unknown, prefix: string): FieldError[] {
  const report = new ValidationReport(prefix)
  checkOf(schema)(value, nothing, report)
  const errors = withoutRepetitions(report.errors)
  return report.exhausted ? [...errors, report.exhausted] : errors
}

/** Stands for the absence of an old value that the new one could be compared with. */
const nothing = Symbol('nothing')

type Check = (value: unknown, old: unknown, report: ValidationReport) => void

/** One kube-openapi validator: tells whether it concerns the value, and checks it. */
type Part = (value: unknown, old: unknown, report: ValidationReport) => void

const checks = new WeakMap<StructuralSchema, Check>()

function checkOf(schema: StructuralSchema): Check {
  let check = checks.get(schema)
  if (!check) {
    check = compileCheck(schema)
    checks.set(schema, check)
  }
  return check
}

/** The same fault is told once, however many schemas find it. Texts, which can be long, are made where places repeat. */
function withoutRepetitions(errors: readonly FieldError[]): FieldError[] {
  const seen = new Map<string, FieldError | Set<string>>()
  return errors.filter((error) => {
    const before = seen.get(error.field)
    if (before === undefined) {
      seen.set(error.field, error)
      return true
    }
    const texts = before instanceof Set ? before : new Set([before.message])
    seen.set(error.field, texts)
    return !texts.has(error.message) && texts.add(error.message)
  })
}

function compileCheck(schema: StructuralSchema): Check {
  const type = typePart(schema)
  const enumeration = enumPart(schema)
  const parts = [
    type,
    combinedPart(schema),
    stringPart(schema),
    formatPart(schema),
    numberPart(schema),
    listPart(schema),
    enumeration,
    objectPart(schema),
  ].filter((part) => part !== undefined)
  const nullParts = [type, enumeration].filter((part) => part !== undefined)
  return (value, old, report) => {
    if (!report.affordsCheck()) return
    const start = report.errors.length
    // What is the very same did not change, and of that nothing is reported.
    if (value === old && typeof value === 'object') {
      report.matches++
      return
    }
    for (const part of value === null ? nullParts : parts) part(value, old, report)
    report.matches++
    if (report.errors.length > start && old !== nothing && deepEqual(value, old)) report.errors.length = start
  }
}

/** Runs `check` and takes back what it reported; the faults, and how far it came. */
function attempt(
  check: Check,
  value: unknown,
  report: ValidationReport,
): { errors: FieldError[]; matches: number } {
  const start = report.errors.length
  const matches = report.matches
  check(value, nothing, report)
  const outcome = { errors: report.errors.splice(start), matches: report.matches - matches }
  report.matches = matches
  return outcome
}

/** `anyOf`, `oneOf`, `allOf`, `not`. Of branches that all refuse, the faults of the best one are told. */
function combinedPart(schema: StructuralSchema): Part | undefined {
  const parts = [anyOfPart(schema), oneOfPart(schema), allOfPart(schema), notPart(schema)].filter(
    (part) => part !== undefined,
  )
  if (parts.length === 0) return undefined
  return (value, old, report) => {
    for (const part of parts) part(value, old, report)
    report.matches++
  }
}

function anyOfPart(schema: StructuralSchema): Part | undefined {
  if (!schema.anyOf?.length) return undefined
  const branches = schema.anyOf.map(checkOf)
  return (value, _old, report) => {
    let best: ReturnType<typeof attempt> | undefined
    for (const branch of branches) {
      const outcome = attempt(branch, value, report)
      if (outcome.errors.length === 0) {
        report.matches += outcome.matches
        return
      }
      if (!best || outcome.matches > best.matches) best = outcome
    }
    report.unplaced('must validate at least one schema (anyOf)')
    report.errors.push(...(best?.errors ?? []))
  }
}

function oneOfPart(schema: StructuralSchema): Part | undefined {
  if (!schema.oneOf?.length) return undefined
  const branches = schema.oneOf.map(checkOf)
  return (value, _old, report) => {
    let best: ReturnType<typeof attempt> | undefined
    let valid = 0
    for (const branch of branches) {
      const outcome = attempt(branch, value, report)
      if (outcome.errors.length === 0) valid++
      else if (!best || outcome.matches > best.matches) best = outcome
    }
    if (valid === 1) return
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
    report.unplaced(`must validate one and only one schema (oneOf). ${found}`)
    if (valid === 0) report.errors.push(...(best?.errors ?? []))
  }
}

function allOfPart(schema: StructuralSchema): Part | undefined {
  if (!schema.allOf?.length) return undefined
  const branches = schema.allOf.map(checkOf)
  return (value, _old, report) => {
    let valid = 0
    for (const branch of branches) {
      const start = report.errors.length
      branch(value, nothing, report)
      if (report.errors.length === start) valid++
    }
    if (valid < branches.length) {
      report.unplaced(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
    }
  }
}

function notPart(schema: StructuralSchema): Part | undefined {
  if (!schema.not) return undefined
  const branch = checkOf(schema.not)
  return (value, _old, report) => {
    if (attempt(branch, value, report).errors.length === 0)
      report.unplaced('must not validate the schema (not)')
  }
}

function listPart(schema: StructuralSchema): Part | undefined {
  const { items, minItems, maxItems, uniqueItems } = schema
  const item = items ? checkOf(items) : undefined
  if (!item && minItems === undefined && maxItems === undefined && !uniqueItems) return undefined
  const correlate = itemCorrelation(schema)
  return (value, old, report) => {
    if (!Array.isArray(value)) return
    if (item) {
      const oldItems = Array.isArray(old) ? correlate(old) : undefined
      for (let index = 0; index < value.length; index++) {
        report.enter(index)
        item(value[index], oldItems ? oldItems(value[index], index) : nothing, report)
        report.leave()
      }
    }
    if (minItems !== undefined && value.length < minItems) {
      report.refused(value.length, `should have at least ${minItems} items`)
    }
    if (maxItems !== undefined && value.length > maxItems) report.tooMany(value.length, maxItems)
    if (uniqueItems && repetitions(value).length > 0) {
      report.refused('', "shouldn't contain duplicates")
    }
    report.matches++
  }
}

/** Finds the old item that a new one replaces. Items of sets and of atomic lists have none. */
function itemCorrelation(
  schema: StructuralSchema,
): (old: readonly unknown[]) => ((item: unknown, index: number) => unknown) | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      return (old) => {
        const byKey = new Map(old.map((item) => [JSON.stringify(listMapKey(item, keys)), item]))
        return (item) => {
          const found = byKey.get(JSON.stringify(listMapKey(item, keys)))
          return found === undefined ? nothing : found
        }
      }
    }
    case 'set':
    case 'atomic':
      return () => undefined
    default:
      return (old) => (_, index) => (index < old.length ? old[index] : nothing)
  }
}

function objectPart(schema: StructuralSchema): Part | undefined {
  const { minProperties, maxProperties, additionalProperties } = schema
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    check: checkOf(property),
    // names such as `constructor` are inherited by every object: only own fields are fields
    inherited: name in Object.prototype,
  }))
  const known = new Set(properties.map(({ name }) => name))
  const rest = typeof additionalProperties === 'object' ? checkOf(additionalProperties) : undefined
  const closed = additionalProperties === false
  const requiredFields = schema.required ?? []
  const counted = minProperties !== undefined || maxProperties !== undefined
  if (properties.length === 0 && !rest && !closed && requiredFields.length === 0 && !counted) return undefined
  return (value, old, report) => {
    if (!isObject(value)) return
    const oldFields = isObject(old) ? old : undefined
    if (counted) {
      const count = Object.keys(value).length
      if (minProperties !== undefined && count < minProperties) {
        report.refused(count, `should have at least ${minProperties} properties`)
      }
      if (maxProperties !== undefined && count > maxProperties) {
        report.tooMany(count, maxProperties)
      }
    }
    if (rest || closed) {
      for (const key of Object.keys(value)) {
        if (known.has(key)) continue
        if (rest) {
          report.enter(key)
          rest(value[key], oldValue(oldFields, key), report)
          report.leave()
        } else report.forbidden(key)
      }
    }
    for (const { name, check, inherited } of properties) {
      const member = inherited && !Object.hasOwn(value, name) ? undefined : value[name]
      if (member === undefined) continue
      report.enter(name)
      check(member, oldFields ? oldValue(oldFields, name) : nothing, report)
      report.leave()
    }
    for (const name of requiredFields) {
      if (value[name] === undefined || !Object.hasOwn(value, name)) report.missing(name)
    }
    report.matches++
  }
}

function oldValue(fields: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  if (!fields || !Object.hasOwn(fields, name)) return nothing
  const value = fields[name]
  return value === undefined ? nothing : value
}
