import { seededIds } from '../../src/apimachinery/ids.ts'

/** Chance that can be repeated: the same seed, the same choices. */
export interface Chance {
  /** True once in `times` times. */
  once(times: number): boolean
  /** A whole number from `low` up to, not including, `high`. */
  between(low: number, high: number): number
  pick<T>(values: readonly T[]): T
  bytes(length: number): Buffer
  /** Text of up to `length` characters, seldom of the usual ones only. */
  text(length: number): string
}

const oddCharacters = [
  '\0',
  '\n',
  '"',
  '\\',
  '/',
  '%',
  '..',
  '{',
  '\ud800',
  '\ufeff',
  '💥',
  'é',
  ' ',
  '=',
  ',',
  '\u2028',
]

export function createChance(seed: number): Chance {
  const { random } = seededIds(seed)
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low))
  const pick = <T>(values: readonly T[]): T => values[between(0, values.length)] as T
  return {
    once: (times) => between(0, times) === 0,
    between,
    pick,
    bytes: (length) => Buffer.from(Array.from({ length }, () => between(0, 256))),
    text: (length) =>
      Array.from({ length: between(0, length + 1) }, () =>
        between(0, 5) === 0 ? pick(oddCharacters) : String.fromCharCode(between(97, 123)),
      ).join(''),
  }
}
