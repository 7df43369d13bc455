import { cloneJson } from '../apimachinery/clone.ts'
import { requestEntityTooLarge } from '../apimachinery/errors.ts'
import type { JsonValue } from '../apimachinery/object.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Fills in defaults, in place: for missing fields, and for nulls where null is no value. Defaults of nested fields
 * apply inside of what an outer default put there. A null that is neither allowed nor defaulted is dropped, as a real
 * server does while decoding. `apiVersion`, `kind` and `metadata` of the object, and of embedded ones, stay untouched.
 * What is frozen is shared with an object that has its defaults already, and is not looked into.
 */
export function applyDefaults(schema: StructuralSchema, object: Readonly<Record<string, unknown>>): void {
  const budget = createBudget()
  defaulterOf(schema, true)(object, budget)
  if (budget.left < 0) {
    throw requestEntityTooLarge(
      `the defaults of an object may be ${maxDefaultsLength} characters long together`,
    )
  }
}

/** The same for an object that was stored under another schema, which is read anyway: with as many as there may be. */
export function applyDefaultsToStored(
  schema: StructuralSchema,
  object: Readonly<Record<string, unknown>>,
): void {
  defaulterOf(schema, true)(object, createBudget())
}

/** Fills in defaults of a value that is not a whole object: how defaults are checked. */
export function applyValueDefaults(schema: StructuralSchema, value: unknown): void {
  defaulterOf(schema, false)(value, createBudget())
}

/**
 * How long all defaults that one object gets may be, as JSON. A long default of an item, and a list of many items that
 * say nothing, are both allowed; together they would be more than a string can hold.
 */
const maxDefaultsLength = 3 * 1024 * 1024

/** What of defaults an object may still get, in characters. */
interface Budget {
  left: number
}

function createBudget(): Budget {
  return { left: maxDefaultsLength }
}

type Defaulter = (value: unknown, budget: Budget) => void

interface Caches {
  readonly root: WeakMap<StructuralSchema, Defaulter>
  readonly nested: WeakMap<StructuralSchema, Defaulter>
}

const caches: Caches = { root: new WeakMap(), nested: new WeakMap() }

const headFields = ['apiVersion', 'kind', 'metadata']

function defaulterOf(schema: StructuralSchema, isRoot: boolean): Defaulter {
  const cache = isRoot ? caches.root : caches.nested
  let defaulter = cache.get(schema)
  if (!defaulter) {
    defaulter = compileDefaulter(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true)
    cache.set(schema, defaulter)
  }
  return defaulter
}

interface Member {
  readonly name: string
  readonly nullable: boolean
  readonly default: JsonValue | undefined
  /** Of the default, as JSON. */
  readonly length: number
  readonly inner: Defaulter | undefined
}

const leafTypes = new Set(['string', 'integer', 'number', 'boolean'])

function innerDefaulter(schema: StructuralSchema): Defaulter | undefined {
  return leafTypes.has(schema.type ?? '') ? undefined : defaulterOf(schema, false)
}

function memberOf(name: string, schema: StructuralSchema): Member {
  return {
    name,
    nullable: schema.nullable === true,
    default: schema.default ?? undefined,
    length: JSON.stringify(schema.default ?? null).length,
    inner: innerDefaulter(schema),
  }
}

function compileDefaulter(schema: StructuralSchema, hasHead: boolean): Defaulter {
  const members = Object.entries(schema.properties ?? {})
    .filter(([name]) => !(hasHead && headFields.includes(name)))
    .map(([name, property]) => memberOf(name, property))
  const known = new Set(Object.keys(schema.properties ?? {}))
  const { additionalProperties, items } = schema
  const rest = typeof additionalProperties === 'object' ? memberOf('', additionalProperties) : undefined
  const item = items ? memberOf('', items) : undefined
  return (value, budget) => {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
    if (Array.isArray(value)) {
      if (item) for (let index = 0; index < value.length; index++) settleItem(value, index, item, budget)
      return
    }
    const fields = value as Record<string, unknown>
    for (const member of members) settle(fields, member.name, member, budget)
    if (rest) for (const name of Object.keys(fields)) if (!known.has(name)) settle(fields, name, rest, budget)
  }
}

/** Gives one field its default, drops its null, or goes on inside of it. */
function settle(fields: Record<string, unknown>, name: string, member: Member, budget: Budget): void {
  // names such as `constructor` are inherited by every object: only own fields are fields
  let value = name in Object.prototype && !Object.hasOwn(fields, name) ? undefined : fields[name]
  if (value === undefined || (value === null && !member.nullable)) {
    if (member.default === undefined) {
      if (value === null) delete fields[name]
      return
    }
    budget.left -= member.length
    if (budget.left < 0) return
    value = cloneJson(member.default)
    Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true })
  }
  member.inner?.(value, budget)
}

/** A null item without a default stays, so that validation can name it. */
function settleItem(items: unknown[], index: number, item: Member, budget: Budget): void {
  if (items[index] === null && !item.nullable && item.default !== undefined) {
    budget.left -= item.length
    if (budget.left < 0) return
    items[index] = cloneJson(item.default)
  }
  item.inner?.(items[index], budget)
}
