import { type CelFunction, define } from '../function.ts'
import { compareSemver, parseSemver, type Semver } from '../semver.ts'
import { semverFault } from '../semver-fault.ts'
import { CelError, CelQuantity, CelSemver, type CelValue, noSuchOverload } from '../values.ts'
import { compareQuantities } from './quantities.ts'

function semver(value: CelValue | undefined): Semver {
  if (!(value instanceof CelSemver)) throw new CelError(noSuchOverload)
  return value.version
}

function read(text: CelValue | undefined, normalize: CelValue | undefined): Semver | undefined {
  if (typeof text !== 'string') throw new CelError(noSuchOverload)
  return parseSemver(text, normalize === true)
}

function compare(target: CelValue | undefined, other: CelValue | undefined): number {
  return target instanceof CelQuantity
    ? compareQuantities(target, other)
    : compareSemver(semver(target), semver(other))
}

export const versions: readonly CelFunction[] = [
  define('semver', ['(string) -> semver', '(string, bool) -> semver'], ([text, normalize]) => {
    const version = read(text, normalize)
    if (!version) throw new CelError(semverFault(text as string))
    return new CelSemver(version)
  }),
  define(
    'isSemver',
    ['(string) -> bool', '(string, bool) -> bool'],
    ([text, normalize]) => read(text, normalize) !== undefined,
  ),
  define('major', ['semver.() -> int'], ([target]) => semver(target).major),
  define('minor', ['semver.() -> int'], ([target]) => semver(target).minor),
  define('patch', ['semver.() -> int'], ([target]) => semver(target).patch),
  define(
    'isLessThan',
    ['semver.(semver) -> bool', 'quantity.(quantity) -> bool'],
    ([target, other]) => compare(target, other) < 0,
  ),
  define(
    'isGreaterThan',
    ['semver.(semver) -> bool', 'quantity.(quantity) -> bool'],
    ([target, other]) => compare(target, other) > 0,
  ),
  define('compareTo', ['semver.(semver) -> int', 'quantity.(quantity) -> int'], ([target, other]) =>
    BigInt(compare(target, other)),
  ),
]
