import { type ControlPlaneLimits, defaultControlPlaneLimits } from '../limits.ts'
import { quote } from './option-types.ts'

type Unit = 'count' | 'bytes' | 'time'

/** A bound as users meet it. */
export interface LimitDefinition {
  readonly unit: Unit
  /** What is bounded, and what happens beyond. */
  readonly help: string
  /** Default 1. */
  readonly minimum?: number
}

/** Every bound of a set of control planes; in options the names are written with hyphens: `body-bytes`. */
export const limitDefinitions: { readonly [Name in keyof ControlPlaneLimits]: LimitDefinition } = {
  bodyBytes: { unit: 'bytes', help: 'A request body. Longer: 413.' },
  bodyValues: { unit: 'count', help: 'Fields of maps and items of lists in a request body. More: 413.' },
  urlBytes: { unit: 'bytes', help: 'The URL of a request. Longer: 414.' },
  headerBytes: {
    unit: 'bytes',
    help: 'Request line and headers together. Longer: 431; over HTTP/2 the stream ends.',
  },
  headerTimeout: {
    unit: 'time',
    help: 'To say something, and to send the headers of a request. Then: 408, and the connection ends.',
  },
  requestTimeout: {
    unit: 'time',
    help: 'To send a whole request. Then: 408, and the connection ends; over HTTP/2 the stream.',
  },
  handlingTimeout: { unit: 'time', help: 'To find the answer to a request that has arrived. Then: 504.' },
  responseTimeout: {
    unit: 'time',
    help: 'To read an answer that is not a watch. Then the connection ends; over HTTP/2 the stream.',
  },
  idleTimeout: { unit: 'time', help: 'A connection without a request. Then it ends.' },
  connections: { unit: 'count', help: 'Connections at once. Further ones are closed.' },
  streamsPerConnection: {
    unit: 'count',
    help: 'Requests at once on one HTTP/2 connection. Further ones wait with the client.',
  },
  requestsInFlight: { unit: 'count', help: 'Requests that are worked on at once. Further ones: 429.' },
  watchesPerCaller: { unit: 'count', help: 'Watches at once of one user. Further ones: 429.' },
  watchQueueEvents: {
    unit: 'count',
    help: 'Events that wait for a slow watcher. One more and it is cut off.',
  },
  watchPause: {
    unit: 'time',
    help: 'After a round of telling many watchers. Changes wait for so long at most, and are told together.',
  },
  watchDuration: {
    unit: 'time',
    help: 'A watch without `timeoutSeconds`: so long, and up to twice as long.',
  },
  bookmarkInterval: {
    unit: 'time',
    help: 'Between two bookmarks. A watcher that reads nothing for so long is cut off.',
  },
  pageObjects: { unit: 'count', help: 'A page of a list with `limit`. The rest comes with `continue`.' },
  listPage: { unit: 'count', help: 'Objects read at once for a list without `limit`, which is streamed.' },
  compressFrom: { unit: 'bytes', help: 'Lists at least so long are compressed, except on the loopback.' },
  tokenLifetime: {
    unit: 'time',
    help: 'A bearer token exchanged for a personal access token. Then: refused.',
  },
  closeTimeout: {
    unit: 'time',
    help: 'For a connection to end when the server ends it, and for all of them when it closes. Then they are cut off.',
  },
  keepMilliseconds: {
    unit: 'time',
    help: 'How long changes are kept for watches and `continue`. Older: 410 Expired.',
  },
  keepChanges: { unit: 'count', help: 'How many changes are kept, however young. Older: 410 Expired.' },
  writesPerCommit: { unit: 'count', help: 'Writes in one transaction. Further ones wait for the next.' },
  commitDuration: {
    unit: 'time',
    help: 'For writes to join a transaction. Those that wait then join the next, and others have their turn.',
  },
  objectBytes: {
    unit: 'bytes',
    help: 'An object as it is stored, with its managed fields. A write by which it would grow beyond: 413.',
    // The longest definition of a built-in kind has its place.
    minimum: 1024 ** 2,
  },
  maximumBytes: {
    unit: 'bytes',
    help: 'The database file; 0 is as far as the disk goes. Beyond, writes: 503.',
    minimum: 0,
  },
  recordCacheLength: {
    unit: 'bytes',
    help: 'Texts of objects kept in memory, the last used; decoded, each takes a few times that.',
  },
  eventLifetime: { unit: 'time', help: 'How long an Event is kept after it was last written.' },
  reconcileTimeout: { unit: 'time', help: 'One pass of a reconciler. Then it changes nothing any more.' },
}

const suffixes: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  count: { '': 1 },
  bytes: { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 },
  time: { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
}

/** The bounds in texts like `body-bytes=1Mi`, which `faultOfLimit` has found to be right; the last of a name counts. */
export function readLimits(texts: readonly string[]): Partial<ControlPlaneLimits> {
  return Object.fromEntries(texts.map((text) => read(text) as [string, number]))
}

/** What is wrong with a text that should be a bound; undefined when nothing is. */
export function faultOfLimit(text: string): string | undefined {
  const found = read(text)
  return typeof found === 'string' ? found : undefined
}

/** `body-bytes` for `bodyBytes`. */
export function limitName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A value as it can be given: the largest unit that fits. */
export function formatLimit(name: keyof ControlPlaneLimits, value: number): string {
  const units = Object.entries(suffixes[limitDefinitions[name].unit]).reverse()
  const [suffix, factor] = units.find(([, each]) => value !== 0 && value % each === 0) ?? ['', 1]
  return `${value / factor}${suffix}`
}

function read(text: string): [keyof ControlPlaneLimits, number] | string {
  const sign = text.indexOf('=')
  if (sign === -1) return `${quote(text)} is not name=value`
  const given = text.slice(0, sign)
  const names = Object.keys(defaultControlPlaneLimits) as (keyof ControlPlaneLimits)[]
  const name = names.find((each) => limitName(each) === given)
  if (name === undefined) return `there is no bound ${quote(given)}; docs/reliability.md lists them`
  const { unit, minimum = 1 } = limitDefinitions[name]
  const [, digits, suffix = ''] = /^(\d{1,15})([A-Za-z]*)$/.exec(text.slice(sign + 1)) ?? []
  const factor = Object.hasOwn(suffixes[unit], suffix) ? suffixes[unit][suffix] : undefined
  const value = Number(digits) * (factor ?? Number.NaN)
  if (!Number.isSafeInteger(value) || value < minimum) {
    const units = Object.keys(suffixes[unit]).filter((each) => each !== '')
    const allowed = units.length === 0 ? '' : ` (or with ${units.join(', ')})`
    return `${given}: ${quote(text.slice(sign + 1))} is not a whole number from ${minimum}${allowed}`
  }
  return [name, value]
}
