import type { Frame } from './frame.ts'
import type { Comprehension } from './syntax.ts'
import { CelError, CelList, type CelValue, isMap, LiteralMap, noSuchOverload } from './values.ts'

export interface Step {
  readonly first: CelValue
  readonly second: CelValue
}

export function* stepsOf(range: CelValue, twoVariables: boolean): IterableIterator<Step> {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index++) {
      const item = range.at(index)
      yield twoVariables ? { first: BigInt(index), second: item } : { first: item, second: null }
    }
  } else if (isMap(range) && !range.isObject) {
    for (const key of range.keys()) {
      yield { first: key, second: twoVariables ? (range.get(key) as CelValue) : null }
    }
  } else throw new CelError(`got '${goTypeOf(range)}', expected iterable type`)
}

/** The name of cel-go's own type, which it tells where a loop has nothing to go through. */
function goTypeOf(value: CelValue): string {
  switch (typeof value) {
    case 'bigint':
      return 'types.Int'
    case 'number':
      return 'types.Double'
    case 'string':
      return 'types.String'
    case 'boolean':
      return 'types.Bool'
    default:
      return value === null ? 'types.Null' : 'types.Unknown'
  }
}

export interface Loop {
  readonly frame: Frame
  readonly steps: Iterable<Step>
  /** Sets the variables of a step, and tells whether the macro's condition (if it has one) admits it. */
  readonly selects: (step: Step) => boolean
  /** The body for a step; sets the variables where there is no condition that has done so. */
  readonly evaluate: (step: Step) => CelValue
}

/** `all` and `exists`: one step may decide, whatever errors the others have. */
function quantify({ steps, evaluate }: Loop, deciding: boolean): CelValue {
  let fault: CelError | undefined
  for (const step of steps) {
    try {
      if (truth(evaluate(step)) === deciding) return deciding
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      fault ??= error
    }
  }
  if (fault) throw fault
  return !deciding
}

function collect({ frame, steps, selects, evaluate }: Loop): CelList {
  const items: CelValue[] = []
  for (const step of steps) {
    if (!selects(step)) continue
    items.push(evaluate(step))
    frame.charge(1)
  }
  return new CelList(items)
}

export const loops: Readonly<Record<Comprehension['macro'], (loop: Loop) => CelValue>> = {
  all: (loop) => quantify(loop, false),
  exists: (loop) => quantify(loop, true),
  existsOne: ({ steps, evaluate }) => {
    let count = 0
    for (const step of steps) if (truth(evaluate(step))) count++
    return count === 1
  },
  filter: ({ frame, steps, evaluate }) => {
    const items: CelValue[] = []
    for (const step of steps) {
      if (!truth(evaluate(step))) continue
      items.push(step.first)
      frame.charge(1)
    }
    return new CelList(items)
  },
  map: collect,
  transformList: collect,
  transformMap: ({ steps, selects, evaluate }) => {
    const pairs: [CelValue, CelValue][] = []
    for (const step of steps) if (selects(step)) pairs.push([step.first, evaluate(step)])
    return new LiteralMap(pairs)
  },
  transformMapEntry: ({ steps, selects, evaluate }) => {
    const pairs: [CelValue, CelValue][] = []
    for (const step of steps) {
      if (!selects(step)) continue
      const entry = evaluate(step)
      if (!isMap(entry)) throw new CelError(noSuchOverload)
      for (const key of entry.keys()) pairs.push([key, entry.get(key) as CelValue])
    }
    return new LiteralMap(pairs)
  },
}

export function truth(value: CelValue): boolean {
  if (typeof value !== 'boolean') throw new CelError(noSuchOverload)
  return value
}
