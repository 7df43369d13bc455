import type { JsonValue } from './object.ts'

/** A pointer that cannot be read, or that leads nowhere. */
export class PointerError extends Error {
  override readonly name = 'PointerError'
}

/** The tokens of a JSON pointer (RFC 6901), unescaped; none for the whole document. Throws PointerError. */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    throw new PointerError(`JSON pointer must be empty or start with "/": ${pointer}`)
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value that a pointer leads to. Inherited properties are none. Throws PointerError. */
export function valueAt(document: JsonValue, path: readonly string[]): JsonValue {
  let value = document
  for (const token of path) {
    if (Array.isArray(value)) value = value[readIndex(token, value.length - 1)] as JsonValue
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, token)) {
      value = value[token] as JsonValue
    } else throw new PointerError(`missing key: ${token}`)
  }
  return value
}

/** A list index without leading zeros, from 0 to `last`. Throws PointerError. */
export function readIndex(token: string, last: number): number {
  const index = /^(0|[1-9]\d{0,15})$/.test(token) ? Number(token) : Number.NaN
  if (Number.isNaN(index) || index > last) throw new PointerError(`invalid index referenced: ${token}`)
  return index
}
