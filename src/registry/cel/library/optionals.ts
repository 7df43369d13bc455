import { type CelFunction, define } from '../function.ts'
import { CelError, CelList, CelOptional, CelUint, type CelValue, isMap, noSuchOverload } from '../values.ts'

function optional(value: CelValue | undefined): CelOptional {
  if (!(value instanceof CelOptional)) throw new CelError(noSuchOverload)
  return value
}

/** False, zero, empty and null: what `ofNonZeroValue` takes for nothing. */
function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true
  if (value instanceof CelUint) return value.value === 0n
  if (value instanceof CelList) return value.size === 0
  if (value instanceof Uint8Array) return value.length === 0
  return typeof value === 'object' && isMap(value) && value.size === 0
}

function unwrap(list: CelValue | undefined): CelList {
  if (!(list instanceof CelList)) throw new CelError(noSuchOverload)
  return new CelList([...list].flatMap((each) => optional(each).value ?? []) as CelValue[])
}

/** Values that may be missing: `oldSelf` of a rule with `optionalOldSelf`, and what `a.?b` and `a[?0]` give. */
export const optionals: readonly CelFunction[] = [
  define('optional.of', ['(A) -> optional<A>'], ([value]) => new CelOptional(value)),
  define('optional.none', ['() -> optional<A>'], () => CelOptional.none),
  define('optional.ofNonZeroValue', ['(A) -> optional<A>'], ([value]) =>
    isZero(value as CelValue) ? CelOptional.none : new CelOptional(value),
  ),
  define('hasValue', ['optional<A>.() -> bool'], ([target]) => optional(target).value !== undefined),
  define('value', ['optional<A>.() -> A'], ([target]) => {
    const { value } = optional(target)
    if (value === undefined) throw new CelError('optional.none() dereference')
    return value
  }),
  define('or', ['optional<A>.(optional<A>) -> optional<A>'], ([target, other]) =>
    optional(target).value === undefined ? optional(other) : optional(target),
  ),
  define(
    'orValue',
    ['optional<A>.(A) -> A'],
    ([target, other]) => optional(target).value ?? (other as CelValue),
  ),
  define('optional.unwrap', ['(list<optional<A>>) -> list<A>'], ([list]) => unwrap(list)),
  define('unwrapOpt', ['list<optional<A>>.() -> list<A>'], ([list]) => unwrap(list)),
]
