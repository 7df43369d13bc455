import { RE2JS } from 're2js'
import { rememberInOrder } from './remember-in-order.ts'

/**
 * How much work the matches of one object may be together, in instructions times characters: about a second of the
 * slowest. Linear is not enough where the factor is an expression of thousands of instructions.
 */
export const maximumMatchWork = 2 ** 26

/** A compiled RE2 expression: matching takes time linear in the text, whatever the expression. */
export interface RegularExpression {
  /** How many instructions it was compiled to. */
  readonly size: number
  /** True when the expression matches anywhere in `text`. */
  test(text: string): boolean
  /** The first match, or undefined. */
  find(text: string): string | undefined
  /** Every match from the left, none overlapping, at most `limit` where it is not negative. */
  findAll(text: string, limit: number): string[]
}

/** How many compiled expressions are kept. A compilation costs about 300 times a match. */
const cacheSize = 1024

/**
 * Compiled expressions by their text: a pure cache, the least recently used dropped first, so that schemas that come
 * and go cannot make it grow. Refused expressions are remembered as well.
 */
const cache = new Map<string, RegularExpression | string>()

function compile(pattern: string): RegularExpression | string {
  try {
    const compiled = RE2JS.compile(pattern)
    return {
      size: compiled.programSize(),
      test: (text) => compiled.test(text),
      find: (text) => {
        const matcher = compiled.matcher(text)
        return matcher.find() ? (matcher.group() ?? undefined) : undefined
      },
      findAll: (text, limit) => {
        const found: string[] = []
        const matcher = compiled.matcher(text)
        while (found.length !== limit && matcher.find()) found.push(matcher.group() ?? '')
        return found
      },
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function lookUp(pattern: string): RegularExpression | string {
  const entry = cache.get(pattern) ?? compile(pattern)
  rememberInOrder(cache, pattern, entry, cacheSize)
  return entry
}

/** The compiled expression, or undefined when RE2 refuses it. Never throws. */
export function regularExpression(pattern: string): RegularExpression | undefined {
  const entry = lookUp(pattern)
  return typeof entry === 'string' ? undefined : entry
}

/** What is wrong with an expression, in the words of Go's regexp package; undefined when it compiles. */
export function regularExpressionFault(pattern: string): string | undefined {
  const entry = lookUp(pattern)
  return typeof entry === 'string' ? entry : undefined
}
