import { cloneJson } from './clone.ts'
import { maxNestingDepth } from './decode-error.ts'
import { deepEqual } from './equality.ts'
import { badRequest, requestEntityTooLarge, type StatusError } from './errors.ts'
import { PointerError, parsePointer, readIndex, valueAt } from './json-pointer.ts'
import type { JsonObject, JsonValue } from './object.ts'
import { cannotUnmarshal } from './typed-json.ts'
import { unprocessable } from './unprocessable.ts'

/** Operations that one patch may have, as on a real server. */
const maxOperations = 10_000
/** What `copy` operations may add to a document in all, in bytes of JSON. */
const maxCopiedBytes = 3 * 1024 * 1024
/** How many list items one patch may shift along: many operations at the front of a long list are refused. */
const maxShiftedItems = 50_000_000
/** How many values one patch may bring deeper into a document, those within them counted as well: each is looked at. */
const maxMeasuredValues = 2_000_000

/**
 * A JSON patch (RFC 6902). The document is left alone; the result shares with it what no operation touched.
 * Throws StatusErrors: 400 for what is no patch, 413 for too much of one, 422 where an operation cannot be done.
 */
export function applyJsonPatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!Array.isArray(patch)) throw undecodable(patch, '[]handlers.jsonPatchOp')
  for (const operation of patch) {
    if (!isObject(operation)) throw undecodable(operation, 'handlers.jsonPatchOp')
    for (const field of ['op', 'path', 'from'] as const) {
      const value = operation[field] ?? ''
      if (typeof value === 'string') continue
      throw badRequest(
        `error decoding patch: ${cannotUnmarshal(value, `struct field jsonPatchOp.${field}`, 'string')}`,
      )
    }
  }
  if (patch.length > maxOperations) {
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    )
  }
  const patcher = new JsonPatcher(document)
  for (const operation of patch) {
    try {
      patcher.apply(operation as JsonObject)
    } catch (error) {
      if (!(error instanceof OperationError) && !(error instanceof PointerError)) throw error
      throw unprocessable(error)
    }
  }
  return patcher.document
}

function undecodable(value: JsonValue, goType: string): StatusError {
  return badRequest(`error decoding patch: ${cannotUnmarshal(value, 'value', goType)}`)
}

/** An operation that cannot be done on this document. */
class OperationError extends Error {
  override readonly name = 'OperationError'
}

/** Where an operation works: a container of this patch's own, and a place in it. */
type Place = { list: JsonValue[]; index: number } | { map: JsonObject; field: string }

/**
 * Refuses what would nest the document too deep. A patch can move a document into itself, again and again, until whatever
 * walks over it overflows the stack.
 */
class NestingDepth {
  #measured = 0

  /** To be called when a value has come to this depth: from another one, or with the patch. */
  check(value: JsonValue, to: number, from = -1): void {
    if (to <= from) return
    const { depth, values } = depthOf(value)
    this.#measured += values
    if (this.#measured > maxMeasuredValues) {
      throw requestEntityTooLarge(`the JSON patch moves more than ${maxMeasuredValues} values deeper`)
    }
    if (to + depth > maxNestingDepth) throw new OperationError('the document nests too deep')
  }
}

/** Level by level: what is too deep to recurse into is just what is looked for. */
function depthOf(document: JsonValue): { depth: number; values: number } {
  let depth = 0
  let values = 0
  let level = [document]
  for (;;) {
    values += level.length
    const containers = level.filter((value) => typeof value === 'object' && value !== null)
    if (containers.length === 0) return { depth, values }
    depth++
    level = containers.flatMap((value) => Object.values(value as JsonObject))
  }
}

class JsonPatcher {
  #root: JsonValue
  readonly #depth = new NestingDepth()
  /** Containers made by this patch, which it may change; all others are copied first. */
  readonly #own = new WeakSet<object>()
  #copiedBytes = 0
  #shiftedItems = 0

  constructor(document: JsonValue) {
    this.#root = document
  }

  get document(): JsonValue {
    return this.#root
  }

  apply(operation: JsonObject): void {
    const path = pointerOf(operation, 'path')
    switch (operation.op) {
      case 'add': {
        const value = operationValue(operation)
        this.#add(path, value)
        this.#depth.check(value, path.length)
        break
      }
      case 'remove':
        this.#remove(path)
        break
      case 'replace': {
        const value = operationValue(operation)
        this.#replace(path, value)
        this.#depth.check(value, path.length)
        break
      }
      case 'move': {
        const from = pointerOf(operation, 'from')
        this.#depth.check(this.#move(from, path), path.length, from.length)
        break
      }
      case 'copy': {
        const from = pointerOf(operation, 'from')
        const value = this.#copy(from)
        this.#add(path, value)
        this.#depth.check(value, path.length, from.length)
        break
      }
      case 'test':
        this.#test(path, operationValue(operation))
        break
      default:
        throw new OperationError(`Unexpected kind: ${JSON.stringify(operation.op)}`)
    }
  }

  #add(path: readonly string[], value: JsonValue): void {
    if (path.length === 0) {
      this.#root = value
      return
    }
    const place = this.#place(path, 'insert')
    if ('list' in place) {
      this.#countShifts(place.list.length - place.index)
      place.list.splice(place.index, 0, value)
    } else setField(place.map, place.field, value)
  }

  #remove(path: readonly string[]): JsonValue {
    if (path.length === 0) {
      const whole = this.#root
      this.#root = null
      return whole
    }
    const place = this.#place(path, 'existing')
    if ('list' in place) {
      this.#countShifts(place.list.length - place.index)
      return place.list.splice(place.index, 1)[0] as JsonValue
    }
    const value = place.map[place.field] as JsonValue
    delete place.map[place.field]
    return value
  }

  #replace(path: readonly string[], value: JsonValue): void {
    if (path.length === 0) {
      this.#root = value
      return
    }
    // As on a real server, and unlike in the RFC, a field need not have been there.
    const place = this.#place(path, 'replace')
    if ('list' in place) place.list[place.index] = value
    else setField(place.map, place.field, value)
  }

  #move(from: readonly string[], path: readonly string[]): JsonValue {
    const intoItself = path.length > from.length && from.every((token, index) => token === path[index])
    if (intoItself) throw new OperationError('a value cannot be moved into itself')
    const value = this.#remove(from)
    this.#add(path, value)
    return value
  }

  /** A copy apart: later operations must not change both. */
  #copy(from: readonly string[]): JsonValue {
    const value = valueAt(this.#root, from)
    this.#copiedBytes += jsonSize(value, maxCopiedBytes)
    if (this.#copiedBytes > maxCopiedBytes) {
      throw new OperationError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedBytes}, exceeding the limit ${maxCopiedBytes}`,
      )
    }
    return cloneJson(value)
  }

  #test(path: readonly string[], value: JsonValue): void {
    if (!deepEqual(valueAt(this.#root, path), value)) {
      throw new OperationError(`testing value /${path.join('/')} failed`)
    }
  }

  /** The container of a path's last token, made this patch's own together with all above it. */
  #place(path: readonly string[], wanted: 'existing' | 'replace' | 'insert'): Place {
    let container = this.#ownContainer(this.#root)
    this.#root = container
    for (const token of path.slice(0, -1)) {
      if (Array.isArray(container)) {
        const index = readIndex(token, container.length - 1)
        const child: JsonValue[] | JsonObject = this.#ownContainer(container[index])
        container[index] = child
        container = child
      } else {
        const child = this.#ownContainer(Object.hasOwn(container, token) ? container[token] : undefined)
        setField(container, token, child)
        container = child
      }
    }
    const last = path.at(-1) as string
    if (Array.isArray(container)) {
      const { length } = container
      if (wanted !== 'insert') return { list: container, index: readIndex(last, length - 1) }
      return { list: container, index: last === '-' ? length : readIndex(last, length) }
    }
    if (wanted === 'existing' && !Object.hasOwn(container, last)) {
      throw new OperationError(`missing key: ${last}`)
    }
    return { map: container, field: last }
  }

  #ownContainer(value: JsonValue | undefined): JsonValue[] | JsonObject {
    if (typeof value !== 'object' || value === null)
      throw new OperationError('there is no list or object at the path')
    if (this.#own.has(value)) return value
    const copy = Array.isArray(value) ? [...value] : { ...value }
    this.#own.add(copy)
    return copy
  }

  #countShifts(items: number): void {
    this.#shiftedItems += items
    if (this.#shiftedItems > maxShiftedItems) {
      throw requestEntityTooLarge(`the JSON patch shifts list items more than ${maxShiftedItems} times`)
    }
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Defines the field: assigning to `__proto__` would do something else. */
function setField(map: JsonObject, field: string, value: JsonValue): void {
  if (field === '__proto__') {
    Object.defineProperty(map, field, { value, enumerable: true, configurable: true, writable: true })
  } else map[field] = value
}

function pointerOf(operation: JsonObject, field: 'path' | 'from'): readonly string[] {
  const pointer = Object.hasOwn(operation, field) ? operation[field] : undefined
  if (typeof pointer !== 'string') throw new OperationError(`missing or invalid ${field}`)
  return parsePointer(pointer)
}

function operationValue(operation: JsonObject): JsonValue {
  if (!Object.hasOwn(operation, 'value')) throw new OperationError('missing value')
  return operation.value as JsonValue
}

/** The length of a value as JSON, or something above `limit` as soon as it is that long. */
function jsonSize(value: JsonValue, limit: number): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return String(value).length
  let size = 2
  for (const [field, member] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : field.length + 4) + jsonSize(member, limit)
    if (size > limit) break
  }
  return size
}
