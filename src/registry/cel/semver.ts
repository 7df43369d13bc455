/** A semantic version: three numbers and what follows them. Build metadata takes no part in the order. */
export interface Semver {
  readonly text: string
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: readonly string[]
}

const number = '(0|[1-9]\\d{0,18})'
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const strict = new RegExp(`^${number}\\.${number}\\.${number}(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`)

/** Reads `1.2.3-rc.1+build`; with `normalize` also `v1.2`, `1` and `01.2.3`. */
export function parseSemver(text: string, normalize = false): Semver | undefined {
  if (text.length > 512) return undefined
  const match = strict.exec(normalize ? normalizeSemver(text) : text)
  if (!match) return undefined
  const prerelease = match[4]?.split('.') ?? []
  if (prerelease.some((part) => /^0\d+$/.test(part))) return undefined
  const version = {
    major: BigInt(match[1] as string),
    minor: BigInt(match[2] as string),
    patch: BigInt(match[3] as string),
  }
  return { text: match[0], ...version, prerelease }
}

function normalizeSemver(text: string): string {
  const plain = text.startsWith('v') ? text.slice(1) : text
  const numbersEnd = plain.search(/[-+]/)
  const numbers = (numbersEnd === -1 ? plain : plain.slice(0, numbersEnd)).split('.')
  const rest = numbersEnd === -1 ? '' : plain.slice(numbersEnd)
  while (numbers.length < 3 && rest === '') numbers.push('0')
  return numbers.map((part) => part.replace(/^0+(?=\d)/, '')).join('.') + rest
}

export function compareSemver(left: Semver, right: Semver): -1 | 0 | 1 {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (left[part] !== right[part]) return left[part] < right[part] ? -1 : 1
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0) {
    // a release comes after its candidates
    return left.prerelease.length === right.prerelease.length ? 0 : left.prerelease.length === 0 ? 1 : -1
  }
  for (const [index, part] of left.prerelease.entries()) {
    const other = right.prerelease[index]
    if (other === undefined) return 1
    const result = comparePrerelease(part, other)
    if (result !== 0) return result
  }
  return left.prerelease.length < right.prerelease.length ? -1 : 0
}

function comparePrerelease(left: string, right: string): -1 | 0 | 1 {
  if (left === right) return 0
  const numbers = [left, right].map((part) => /^\d+$/.test(part))
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1
  return (numbers[0] ? BigInt(left) < BigInt(right) : left < right) ? -1 : 1
}
