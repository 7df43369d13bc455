/**
 * The contract of the storage: keys, text and revisions. It knows no kinds.
 *
 * - There is one revision counter for the whole store; every write that changes something takes the next number.
 * - `write` runs its transform synchronously on one tick with the read and the row of the write, so that a transform
 *   always sees the newest value and nothing comes between. A transform has no side effects and may be run again.
 *   The promise is kept after the commit; writes that arrive together share one commit.
 * - Subscribers hear of a change after its commit, in the order of revisions, without gap or repetition.
 * - What happened is kept until it is compacted; a revision from before the compaction is refused with `Compacted`.
 */
export interface Store {
  /** The current record of `key`, or undefined. */
  read(key: string): Promise<StoredRecord | undefined>

  /**
   * Runs `transform` on the current record and stores what it returns. Whatever `transform` throws rejects the
   * promise and stores nothing; so does RecordTooLarge for a text that is too long. `revision` is the number the
   * change will have if there is one.
   */
  write(key: string, transform: Transform): Promise<WriteResult>

  /** One page of the records whose key starts with `prefix`, in byte order of the keys, at one revision. */
  list(range: Range): Promise<Page>

  /**
   * The keys below `prefix` whose current record carries `term` (see `Put.addTerms`), in byte order.
   * Terms are an index for what is asked often: owners and labels.
   */
  listByTerm(prefix: string, term: string): Promise<StoredRecord[]>

  /**
   * Calls `listener` with every change below `prefix` after `fromRevision`: first those already made, then new ones
   * as they are committed. Rejects with `Compacted` when `fromRevision` is older than what is kept, and with
   * `FutureRevision` when it has not happened yet. The listener is never called before the promise is kept.
   * `onLost` is called, and nothing after it, when the listener was so slow that what it has yet to be told has been
   * compacted meanwhile (`Compacted`), or when the past cannot be read.
   */
  watch(
    prefix: string,
    fromRevision: number,
    listener: ChangeListener,
    onLost?: (reason: Error) => void,
  ): Promise<Subscription>

  /** The revision of the newest committed change. */
  readonly revision: number

  /** The oldest revision from which a watch can still start. */
  readonly compactedRevision: number

  /** Forgets what happened up to and including `revision`; current records stay. */
  compact(revision: number): Promise<void>

  /** Removes every record below `prefix`, current and past, without telling anybody: for planes that are gone. */
  purge(prefix: string): Promise<void>

  close(): Promise<void>
}

export interface StoredRecord {
  readonly key: string
  /** The revision of the write that made this text. */
  readonly revision: number
  /** The object as JSON without its head (`apiVersion` and `kind`): `{"metadata":{…},…}`. */
  readonly text: string
  /**
   * What the text means to whoever wrote it or read it, kept beside it as long as it is in memory. The storage never
   * looks at it; it must be equal to what decoding the text gives, and nobody may change it.
   */
  decoded?: unknown
}

export type Transform = (current: StoredRecord | undefined, revision: number) => Transition

/** What a transform decides: nothing to do, a new text, or an end (whose text is the last that watchers see). */
export type Transition =
  | { readonly type: 'none' }
  | {
      readonly type: 'put'
      readonly text: string
      readonly decoded?: unknown
      readonly addTerms?: readonly string[]
      readonly removeTerms?: readonly string[]
      /** The record begins to end by this write, and is stored however long it is: else it could never go. */
      readonly ends?: true
    }
  | {
      readonly type: 'delete'
      readonly text: string
      readonly decoded?: unknown
      readonly removeTerms?: readonly string[]
    }

export interface WriteResult {
  /** `none`: nothing was stored and the revision did not move. */
  readonly type: 'none' | 'put' | 'delete'
  /** The record after the write; after a delete the last record; undefined when there was and is none. */
  readonly record: StoredRecord | undefined
}

export interface Range {
  readonly prefix: string
  /** Only keys greater than this one (where the last page ended). */
  readonly after?: string | undefined
  /** At most this many records; absent: all. */
  readonly limit?: number | undefined
  /** With a limit: fewer records, but one at least, where their texts would have more characters than this together. */
  readonly length?: number | undefined
  /** The records as they were at this revision; absent: now. Rejects with `Compacted` or `FutureRevision`. */
  readonly revision?: number | undefined
}

export interface Page {
  readonly records: readonly StoredRecord[]
  /** The revision at which the page was read: pass it on to read the next page of the same state. */
  readonly revision: number
  /** True when there are further records behind the last one. */
  readonly more: boolean
  /** How many there are behind the last one. Only counted when `more` and a limit was given. */
  readonly remaining: number
}

/** One committed change. `previous` is the record it replaced; absent for the first write of a key. */
export interface Change {
  readonly type: 'created' | 'updated' | 'deleted'
  readonly revision: number
  readonly key: string
  readonly text: string
  /** As in a record. */
  decoded?: unknown
  readonly previous: StoredRecord | undefined
}

/**
 * Called with one or more changes at a time; must not throw and must not block. One that cannot take more just now
 * may return a promise: it is not called again until that is kept, and then goes on where it was, without a gap
 * (what it missed is read from the log, so that a slow reader costs no memory).
 */
export type ChangeListener = (changes: readonly Change[]) => void | Promise<void>

export interface Subscription {
  /** The listener has been told of everything up to this revision: what a bookmark may say. */
  readonly revision: number
  /** After this returns the listener is not called again. */
  close(): void
}

/** The revision asked for is older than what is kept. */
export class Compacted extends Error {
  override readonly name = 'Compacted'
  readonly requested: number
  readonly oldest: number
  constructor(requested: number, oldest: number) {
    super(`revision ${requested} has been compacted; the oldest kept is ${oldest}`)
    this.requested = requested
    this.oldest = oldest
  }
}

/** The revision asked for has not happened yet. */
export class FutureRevision extends Error {
  override readonly name = 'FutureRevision'
  readonly requested: number
  readonly current: number
  constructor(requested: number, current: number) {
    super(`revision ${requested} is in the future; the newest is ${current}`)
    this.requested = requested
    this.current = current
  }
}
