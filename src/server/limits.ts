/** Every bound of the HTTP face, in one place. Times are in milliseconds, sizes in bytes. */
export interface Limits {
  /** The longest request body; more is 413. A real server has the same number. */
  readonly bodyBytes: number
  /**
   * Values in a request body: fields, items, and the document itself; more is 413. What handles an object takes its time
   * value by value, not byte by byte, and has the one thread meanwhile.
   */
  readonly bodyValues: number
  /** The request's URL; more is 414. */
  readonly urlBytes: number
  /** Request line and headers together; more is 431. */
  readonly headerBytes: number
  /** How long a client may take to send its headers. */
  readonly headerTimeout: number
  /** How long a client may take to send a whole request. */
  readonly requestTimeout: number
  /** How long an answer may take to be found once the request is there; then it is 504. Watches have their own time. */
  readonly handlingTimeout: number
  /** How long a client may take to read an answer that is not a watch. */
  readonly responseTimeout: number
  /** How long a connection is kept without a request. Longer than clients keep theirs, so that they close first. */
  readonly idleTimeout: number
  /** Connections at once; further ones are closed as they come. */
  readonly connections: number
  /** Requests at once on one HTTP/2 connection. */
  readonly streamsPerConnection: number
  /** Requests that are worked on at once, watches not counted; further ones are 429. */
  readonly requestsInFlight: number
  /** Watches at once of one caller; further ones are 429. */
  readonly watchesPerCaller: number
  /** Events that wait for a watcher that does not keep up; one more and it is cut off. The first list is not counted. */
  readonly watchQueueEvents: number
  /**
   * Telling many watchers takes half of the time at most: a long round is followed by a pause as long, but no longer
   * than this; changes wait for its end and are told together.
   */
  readonly watchPause: number
  /** A watch without `timeoutSeconds` lasts this long, and up to twice as long. */
  readonly watchDuration: number
  /** How often a watch that allows it hears how far it has come, and how long a reader may stand still. */
  readonly bookmarkInterval: number
  /** The longest page of a list with `limit`; a higher limit gets such a page and a token for the next. */
  readonly pageObjects: number
  /** Objects that are read at once for a list without `limit`, which is sent page by page. */
  readonly listPage: number
  /** Lists at least this long are compressed for who accepts it. */
  readonly compressFrom: number
  /** How long a bearer token is good that was exchanged for a personal access token. */
  readonly tokenLifetime: number
  /** How long open requests may take to end when the server closes. */
  readonly closeTimeout: number
}

export const defaultLimits: Limits = {
  bodyBytes: 3 * 1024 * 1024,
  bodyValues: 50_000,
  urlBytes: 32 * 1024,
  headerBytes: 64 * 1024,
  headerTimeout: 30_000,
  requestTimeout: 60_000,
  handlingTimeout: 60_000,
  responseTimeout: 60_000,
  idleTimeout: 180_000,
  connections: 20_000,
  streamsPerConnection: 1000,
  requestsInFlight: 2000,
  watchesPerCaller: 10_000,
  watchQueueEvents: 20_000,
  watchPause: 10,
  watchDuration: 30 * 60_000,
  bookmarkInterval: 60_000,
  pageObjects: 10_000,
  listPage: 500,
  compressFrom: 128 * 1024,
  tokenLifetime: 60 * 60_000,
  closeTimeout: 500,
}
