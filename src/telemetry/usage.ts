/**
 * Simulated use of something: a rate per second that swings around a mean. It follows from the identity and the time
 * alone, so that counters keep on growing through a restart and two runs with the same identities tell the same.
 */
export interface Usage {
  /** The rate at a time (milliseconds since the epoch). Never negative. */
  rate(time: number): number
  /** All that was used between two times: the integral of the rate. Never shrinks as `to` grows. */
  total(from: number, to: number): number
}

const shortestPeriod = 600
const longestPeriod = 3600

/** `mean` is a rate per second; identities differ by up to a half of it, and swing by up to three quarters of theirs. */
export function createUsage(identity: string, mean: number): Usage {
  const middle = mean * (0.5 + fraction(`${identity}/mean`))
  const swing = 0.25 + fraction(`${identity}/swing`) / 2
  const period = shortestPeriod + fraction(`${identity}/period`) * (longestPeriod - shortestPeriod)
  const angularSpeed = (2 * Math.PI) / period
  const phase = 2 * Math.PI * fraction(`${identity}/phase`)
  const angle = (time: number) => angularSpeed * (time / 1000) + phase
  return {
    rate: (time) => middle * (1 + swing * Math.sin(angle(time))),
    total(from, to) {
      // A time that is not known is no number, and later than nothing.
      if (!(to > from)) return 0
      const seconds = (to - from) / 1000
      return middle * (seconds + (swing / angularSpeed) * (Math.cos(angle(from)) - Math.cos(angle(to))))
    },
  }
}

/** A number in [0, 1) that follows from a text: FNV-1a, mixed so that texts with a common start differ throughout. */
function fraction(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
