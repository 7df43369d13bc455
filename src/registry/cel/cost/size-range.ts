/** How many characters, bytes, items or entries a value can have: between `min` and `max`. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/** Where 64 bits end: nothing is larger, and what nothing is known of is as large. */
export const limit = 2 ** 64

export const unknownSize: SizeRange = { min: 0, max: limit }

export function exactly(size: number): SizeRange {
  return { min: size, max: size }
}

export function union(left: SizeRange, right: SizeRange): SizeRange {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) }
}

export function add(left: SizeRange, right: SizeRange): SizeRange {
  return { min: saturated(left.min + right.min), max: saturated(left.max + right.max) }
}

export function multiply(left: SizeRange, right: SizeRange): SizeRange {
  return { min: saturated(left.min * right.min), max: saturated(left.max * right.max) }
}

export function saturated(value: number): number {
  return Math.min(value, limit)
}

/** What it costs to walk over the largest value, at `factor` for each of its elements. */
export function walk(size: SizeRange, factor: number): number {
  return saturated(Math.ceil(size.max * factor))
}
