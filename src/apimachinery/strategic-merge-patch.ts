import { badRequest } from './errors.ts'
import type { JsonObject, JsonValue } from './object.ts'
import { cannotUnmarshal } from './typed-json.ts'
import { unprocessable } from './unprocessable.ts'

/** What a strategic merge patch must know of a schema; every structural schema says it. */
export interface PatchSchema {
  readonly properties?: Readonly<Record<string, PatchSchema>>
  readonly additionalProperties?: boolean | PatchSchema
  readonly items?: PatchSchema
  /** `merge`, `replace`, `retainKeys`, or several with commas between. */
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
}

/** Metadata is the same for every kind, whatever its schema says of it. */
const metadataSchema: PatchSchema = {
  properties: {
    ownerReferences: { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'uid' },
    finalizers: { 'x-kubernetes-patch-strategy': 'merge' },
  },
}

const directive = '$patch'
const retainKeys = '$retainKeys'
const deletePrefix = '$deleteFromPrimitiveList'
const orderPrefix = '$setElementOrder'

/**
 * A strategic merge patch: a merge patch that can also look into lists, by merge keys that the schema tells, and that
 * carries directives. The document is left alone. Throws StatusErrors: 400 for a malformed patch, 422 for lists of lists.
 */
export function applyStrategicMergePatch(
  schema: PatchSchema,
  document: JsonObject,
  patch: JsonValue,
): JsonObject {
  if (!isObject(patch)) throw badRequest(cannotUnmarshal(patch, 'value', 'map[string]interface {}'))
  const whole: PatchSchema = { ...schema, properties: { ...schema.properties, metadata: metadataSchema } }
  return mergeMaps(whole, document, patch)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldSchema(schema: PatchSchema | undefined, field: string): PatchSchema | undefined {
  const { properties, additionalProperties } = schema ?? {}
  if (properties && Object.hasOwn(properties, field)) return properties[field]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** `retainKeys` is about a directive; what is left says how to merge. */
function strategyOf(schema: PatchSchema | undefined): string {
  const strategies = (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',')
  return strategies.find((strategy) => strategy !== 'retainKeys') ?? ''
}

function mergeMaps(schema: PatchSchema | undefined, original: JsonObject, patch: JsonObject): JsonObject {
  if (Object.hasOwn(patch, directive)) return directedMap(patch)
  const fields = new Map(Object.entries(original))
  const changes = new Map(Object.entries(patch))
  retain(fields, changes)
  orderLists(schema, fields, changes)
  for (const [name, change] of changes) {
    if (name.startsWith(deletePrefix)) deleteFromList(fields, name, change)
    else if (change === null) fields.delete(name)
    else setField(fields, name, mergeField(fieldSchema(schema, name), fields.get(name), change))
  }
  // Defined, not assigned: `__proto__` is a name like any other.
  return Object.fromEntries(fields)
}

function setField(fields: Map<string, JsonValue>, name: string, value: JsonValue | undefined): void {
  if (value === undefined) fields.delete(name)
  else fields.set(name, value)
}

function directedMap(patch: JsonObject): JsonObject {
  const { [directive]: kind, ...rest } = patch
  if (kind === 'replace') return rest
  if (kind === 'delete') return {}
  throw badRequest(`unknown patch type: ${String(kind)} in map: ${JSON.stringify(patch)}`)
}

function mergeField(
  schema: PatchSchema | undefined,
  original: JsonValue | undefined,
  change: JsonValue,
): JsonValue | undefined {
  if (isObject(original) && isObject(change)) {
    return strategyOf(schema) === 'replace' ? change : mergeMaps(schema, original, change)
  }
  if (Array.isArray(original) && Array.isArray(change)) {
    return strategyOf(schema) === 'merge' ? mergeLists(schema, original, change) : change
  }
  return withoutDirectives(change)
}

/** What a patch adds where nothing was: without nulls, and without what only says what to delete. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item): item is JsonValue => item !== undefined)
  }
  if (!isObject(value)) return value
  if (Object.hasOwn(value, directive)) return undefined
  const fields: [string, JsonValue][] = []
  for (const [name, member] of Object.entries(value)) {
    const kept = member === null || isDirective(name) ? undefined : withoutDirectives(member)
    if (kept !== undefined) fields.push([name, kept])
  }
  return Object.fromEntries(fields)
}

function isDirective(name: string): boolean {
  return name === retainKeys || name.startsWith(`${deletePrefix}/`) || name.startsWith(`${orderPrefix}/`)
}

/** `$retainKeys`: of the original only these fields stay, and the patch may have no others. */
function retain(fields: Map<string, JsonValue>, changes: Map<string, JsonValue>): void {
  const keys = changes.get(retainKeys)
  if (keys === undefined) return
  changes.delete(retainKeys)
  if (!Array.isArray(keys)) throw badRequest('invalid patch format of retainKeys')
  const kept = new Set(keys)
  for (const [name, change] of changes) {
    const isParallelList = name.startsWith(deletePrefix) || name.startsWith(orderPrefix)
    if (change !== null && !isParallelList && !kept.has(name)) {
      throw badRequest('invalid patch format of retainKeys')
    }
  }
  for (const name of [...fields.keys()]) if (!kept.has(name)) fields.delete(name)
}

/** `$deleteFromPrimitiveList/name`: values that go from the list. */
function deleteFromList(fields: Map<string, JsonValue>, directiveName: string, values: JsonValue): void {
  const name = parallelName(directiveName, deletePrefix, 'invalid patch format of primitive list')
  const list = fields.get(name)
  if (!Array.isArray(values)) throw badRequest('invalid patch format of primitive list')
  if (!Array.isArray(list)) return
  const gone = new Set(values)
  fields.set(
    name,
    list.filter((item) => !gone.has(item)),
  )
}

function parallelName(text: string, prefix: string, message: string): string {
  if (!text.startsWith(`${prefix}/`)) throw badRequest(message)
  return text.slice(prefix.length + 1)
}

/** `$setElementOrder/name`: merges the list of that name here, and puts it in the order that is asked for. */
function orderLists(
  schema: PatchSchema | undefined,
  fields: Map<string, JsonValue>,
  changes: Map<string, JsonValue>,
): void {
  const message = 'invalid patch format of setElementOrder list'
  for (const [directiveName, order] of [...changes]) {
    if (!directiveName.startsWith(orderPrefix)) continue
    changes.delete(directiveName)
    const name = parallelName(directiveName, orderPrefix, message)
    const original = fields.get(name)
    const change = changes.get(name)
    const isList = (value: JsonValue | undefined) => value === undefined || Array.isArray(value)
    if (!Array.isArray(order) || !isList(original) || !isList(change)) throw badRequest(message)
    changes.delete(name)
    const listSchema = fieldSchema(schema, name)
    const key = listSchema?.['x-kubernetes-patch-merge-key']
    const live = (original ?? []) as JsonValue[]
    checkOrder(change as JsonValue[] | undefined, order, key)
    const merged = change === undefined ? original : mergeField(listSchema, original, change)
    if (Array.isArray(merged)) fields.set(name, arrange(merged, order, live, key))
  }
}

/** What the patch says of a list must be in the order that it asks for. */
function checkOrder(
  change: readonly JsonValue[] | undefined,
  order: readonly JsonValue[],
  key: string | undefined,
): void {
  if (order.length === 0) return
  const stated = (change ?? []).filter((item) => !(isObject(item) && Object.hasOwn(item, directive)))
  let next = 0
  for (const item of order) {
    const expected = stated[next]
    if (expected !== undefined && identity(item, key) === identity(expected, key)) next++
  }
  if (next < stated.length) {
    throw badRequest(
      `The order in patch list:\n${JSON.stringify(change)}\n doesn't match ${orderPrefix} list:\n${JSON.stringify(order)}\n`,
    )
  }
}

/** What makes two items of a list the same: their merge key, or in a list of scalars their value. */
function identity(item: JsonValue, key: string | undefined): JsonValue {
  if (key === undefined) return item
  if (!isObject(item)) throw badRequest(`expected a map[string]interface {}, but received a ${typeof item}`)
  const value = Object.hasOwn(item, key) ? item[key] : undefined
  if (value === undefined) {
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`)
  }
  return typeof value === 'object' ? JSON.stringify(value) : value
}

function mergeLists(
  schema: PatchSchema | undefined,
  original: readonly JsonValue[],
  change: readonly JsonValue[],
): JsonValue[] {
  if (original.length === 0 && change.length === 0) return []
  if (!holdsMaps(original, change)) {
    return arrange([...new Set([...original, ...change])], change, original, undefined)
  }
  const key = schema?.['x-kubernetes-patch-merge-key']
  if (key === undefined) throw badRequest('cannot merge lists without merge key')
  const { live, stated } = obeyDirectives(original, change, key)
  const merged = [...live]
  const positions = new Map(merged.map((item, index) => [identity(item, key), index]))
  for (const item of stated) {
    const position = positions.get(identity(item, key))
    if (position === undefined) {
      positions.set(identity(item, key), merged.length)
      merged.push(withoutDirectives(item) as JsonObject)
    } else merged[position] = mergeMaps(schema?.items, merged[position] as JsonObject, item)
  }
  return arrange(merged, stated, live, key)
}

/** All items are objects, or all are scalars. */
function holdsMaps(...lists: readonly (readonly JsonValue[])[]): boolean {
  const items = lists.flat(1)
  if (lists.some((list) => list.some(Array.isArray))) {
    throw unprocessable(new Error('lists of lists are not supported'))
  }
  const maps = items.filter((item) => isObject(item)).length
  if (maps > 0 && maps < items.length) throw badRequest('list element types are not identical')
  return maps > 0
}

/** Items of a patch that only say what to do with others are obeyed and left out. */
function obeyDirectives(
  original: readonly JsonValue[],
  change: readonly JsonValue[],
  key: string,
): { live: JsonObject[]; stated: JsonObject[] } {
  const stated: JsonObject[] = []
  const deleted = new Set<JsonValue>()
  let replaces = false
  for (const item of change as readonly JsonObject[]) {
    switch (Object.hasOwn(item, directive) ? item[directive] : undefined) {
      case undefined:
        stated.push(item)
        break
      case 'delete':
        deleted.add(identity(item, key))
        break
      case 'replace':
        replaces = true
        break
      case 'merge':
        throw badRequest('merging lists cannot yet be specified in the patch')
      default:
        throw badRequest(`unknown patch type: ${String(item[directive])} in map: ${JSON.stringify(item)}`)
    }
  }
  if (replaces) return { live: stated.map((item) => withoutDirectives(item) as JsonObject), stated: [] }
  return { live: (original as JsonObject[]).filter((item) => !deleted.has(identity(item, key))), stated }
}

/**
 * Items that `order` names in its order, the others in that of the live list, and both interleaved as the live list
 * had them where it knows.
 */
function arrange(
  items: readonly JsonValue[],
  order: readonly JsonValue[],
  live: readonly JsonValue[],
  key: string | undefined,
): JsonValue[] {
  const wanted = positionsIn(order, key)
  const had = positionsIn(live, key)
  const position = (places: ReadonlyMap<JsonValue, number>, item: JsonValue) =>
    places.get(identity(item, key)) ?? Number.MAX_SAFE_INTEGER
  const sorted = (list: readonly JsonValue[], places: ReadonlyMap<JsonValue, number>) =>
    list.toSorted((left, right) => position(places, left) - position(places, right))
  const named = sorted(
    items.filter((item) => wanted.has(identity(item, key))),
    wanted,
  )
  const others = sorted(
    items.filter((item) => !wanted.has(identity(item, key))),
    had,
  )
  const result: JsonValue[] = []
  let next = 0
  for (const item of named) {
    const place = had.get(identity(item, key))
    while (next < others.length && place !== undefined) {
      const other = others[next] as JsonValue
      if (position(had, other) >= place) break
      result.push(other)
      next++
    }
    result.push(item)
  }
  return [...result, ...others.slice(next)]
}

function positionsIn(list: readonly JsonValue[], key: string | undefined): Map<JsonValue, number> {
  const positions = new Map<JsonValue, number>()
  list.forEach((item, index) => {
    const value = identity(item, key)
    if (!positions.has(value)) positions.set(value, index)
  })
  return positions
}
