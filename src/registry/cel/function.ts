import { type CelType, readType, splitTypes } from './types.ts'
import type { CelValue } from './values.ts'

/** Counts what an evaluation costs, and ends it when that is too much. */
export interface Meter {
  charge(cost: number): void
}

/**
 * A function of the library under one name, with all its overloads. Methods and plain functions share an
 * implementation: the target of a method is its first argument. It throws CelError, with cel-go's words, where an
 * argument has no meaning, and `noSuchOverload` where its types fit no overload.
 */
export interface CelFunction {
  readonly name: string
  readonly overloads: readonly Overload[]
  readonly call: (values: readonly CelValue[], meter: Meter) => CelValue
}

export interface Overload {
  readonly method: boolean
  /** The target first, where it is a method. */
  readonly parameters: readonly CelType[]
  readonly result: CelType
}

/**
 * Declares a function; overloads read `string.(int) -> string` or, without target, `(string) -> int`. They are read on
 * first use, because most programs start without ever needing most functions.
 */
export function define(name: string, overloads: readonly string[], call: CelFunction['call']): CelFunction {
  let read: readonly Overload[] | undefined
  return {
    name,
    call,
    get overloads() {
      read ??= overloads.map(readOverload)
      return read
    },
  }
}

function readOverload(text: string): Overload {
  const match = /^(?:(.+)\.)?\((.*)\) -> (.+)$/.exec(text)
  if (!match) throw new Error(`unreadable CEL overload ${text}`)
  const [, target, parameters = '', result = ''] = match
  return {
    method: target !== undefined,
    parameters: [...(target === undefined ? [] : [target]), ...splitTypes(parameters)].map(readType),
    result: readType(result),
  }
}

/** The cost of walking over a text or a list: a tenth of its length, at least one. */
export function traversal(size: number): number {
  return Math.ceil(size * 0.1) + 1
}
