import { duplicate, type FieldError, invalid } from '../apimachinery/field-error.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * `x-kubernetes-list-type: set` and `map`: items, or the keys of items, appear once. The first repetition of each
 * value is reported.
 */
export function validateListTypes(schema: StructuralSchema, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = []
  listCheckOf(schema)?.(value, path, errors)
  return errors
}

type ListCheck = (value: unknown, path: string, errors: FieldError[]) => void

/** `null` remembers that nothing below the schema is a set or a map, so that such parts cost nothing. */
const checks = new WeakMap<StructuralSchema, ListCheck | null>()

function listCheckOf(schema: StructuralSchema): ListCheck | null {
  let check = checks.get(schema)
  if (check === undefined) {
    check = compileListCheck(schema)
    checks.set(schema, check)
  }
  return check
}

function compileListCheck(schema: StructuralSchema): ListCheck | null {
  const unique = uniqueness(schema)
  const item = schema.items ? listCheckOf(schema.items) : null
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const check = listCheckOf(property)
    return check ? [{ name, check }] : []
  })
  const { additionalProperties } = schema
  const rest = typeof additionalProperties === 'object' ? listCheckOf(additionalProperties) : null
  if (!unique && !item && !rest && properties.length === 0) return null
  return (value, path, errors) => {
    if (Array.isArray(value)) {
      unique?.(value, path, errors)
      if (item)
        for (let index = 0; index < value.length; index++) item(value[index], `${path}[${index}]`, errors)
    } else if (typeof value === 'object' && value !== null) {
      const fields = value as Record<string, unknown>
      if (rest) for (const [key, member] of Object.entries(fields)) rest(member, `${path}[${key}]`, errors)
      for (const { name, check } of properties) {
        if (Object.hasOwn(fields, name)) check(fields[name], path === '' ? name : `${path}.${name}`, errors)
      }
    }
  }
}

function uniqueness(
  schema: StructuralSchema,
): ((items: unknown[], path: string, errors: FieldError[]) => void) | null {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return (items, path, errors) => {
        for (const index of repetitions(items)) errors.push(duplicate(`${path}[${index}]`, items[index]))
      }
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      return (items, path, errors) => {
        const odd = items.findIndex(
          (item) => item !== null && (typeof item !== 'object' || Array.isArray(item)),
        )
        if (odd !== -1) {
          errors.push(
            invalid(`${path}[${odd}]`, items[odd], 'must be an object for an array of list-type map'),
          )
          return
        }
        if (items.length < 2) return
        const identities = items.map((item) => listMapKey(item, keys))
        for (const index of repetitions(identities)) {
          errors.push(duplicate(`${path}[${index}]`, identities[index]))
        }
      }
    }
    default:
      return null
  }
}

/** The keys of an item, as an object; keys that the item lacks are left out. */
export function listMapKey(item: unknown, keys: readonly string[]): Record<string, unknown> {
  const identity: Record<string, unknown> = {}
  if (typeof item !== 'object' || item === null) return identity
  for (const key of keys) {
    if (Object.hasOwn(item, key)) identity[key] = (item as Record<string, unknown>)[key]
  }
  return identity
}

/** Indexes at which a value appears for the second time. */
export function repetitions(values: readonly unknown[]): number[] {
  if (values.length < 2) return []
  const times = new Map<unknown, number>()
  const repeated: number[] = []
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    const identity =
      typeof value === 'object' && value !== null
        ? `json:${canonical(value)}`
        : typeof value === 'string'
          ? `text:${value}`
          : value
    const seen = (times.get(identity) ?? 0) + 1
    times.set(identity, seen)
    if (seen === 2) repeated.push(index)
  }
  return repeated
}

/** JSON with sorted fields, so that order makes no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  )
}
