import { randomBytes, randomUUID } from 'node:crypto'

/** Identity and chance as values, so that a run can be repeated. */
export interface Ids {
  /** A UUID for `metadata.uid`. */
  uid(): string
  /** `length` characters of Kubernetes' name alphabet, for `generateName`. */
  suffix(length: number): string
  /** A number in [0, 1), for jitter. */
  random(): number
}

/** No vowels and no look-alikes: the alphabet of Kubernetes' generated names. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

function suffixFrom(next: () => number, length: number): string {
  let text = ''
  for (let index = 0; index < length; index++) text += alphabet[Math.floor(next() * alphabet.length)]
  return text
}

/** Identity from the machine's source of randomness. */
export const randomIds: Ids = {
  uid: () => randomUUID(),
  suffix: (length) => suffixFrom(() => randomBytes(4).readUInt32BE() / 2 ** 32, length),
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
}

/** The same sequence of identities for the same seed (a 32-bit integer). */
export function seededIds(seed: number): Ids {
  // mulberry32: small, fast, and good enough for names; never used for secrets.
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  return {
    uid: () =>
      `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + Math.floor(next() * 4)).toString(16)}${hex(3)}-${hex(12)}`,
    suffix: (length) => suffixFrom(next, length),
    random: next,
  }
}
