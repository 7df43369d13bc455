/** Every bound of the storage. */
export interface StoreLimits {
  /** What happened less than this many milliseconds ago is kept, as far as `keepChanges` allows. */
  readonly keepMilliseconds: number
  /** At most about this many changes are kept, however young. */
  readonly keepChanges: number
  /** More writes than this that arrive together are divided over several commits. */
  readonly writesPerCommit: number
  /** For how many milliseconds writes go on to join a commit; what waits then is left to the next. */
  readonly commitDuration: number
  /** The text of a record may not grow beyond this many bytes. */
  readonly objectBytes: number
  /** The file may not grow beyond this many bytes: writes fail then. 0: as far as the disk goes. */
  readonly maximumBytes: number
  /** Total length of the texts of current records that are kept in memory, in characters. */
  readonly recordCacheLength: number
}

/**
 * A record has room for every request body that is allowed and for its managed fields, which say each name once more.
 * etcd takes 1.5 MiB, but of objects in another form, which is shorter.
 */
export const defaultStoreLimits: StoreLimits = {
  keepMilliseconds: 5 * 60_000,
  keepChanges: 100_000,
  writesPerCommit: 64,
  commitDuration: 50,
  objectBytes: 8 * 1024 * 1024,
  maximumBytes: 0,
  recordCacheLength: 16 * 1024 * 1024,
}
