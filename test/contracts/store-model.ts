import type { Change, StoredRecord } from '../../src/storage/store.ts'

/** The store in the simplest words: a list of everything that ever happened. */
export class StoreModel {
  readonly log: Change[] = []
  readonly terms = new Map<string, Set<string>>()
  revision: number
  compacted: number

  constructor(revision: number, compacted: number) {
    this.revision = revision
    this.compacted = compacted
  }

  /** The records below `prefix` as they were at `revision`, in byte order. */
  list(prefix: string, revision = this.revision): StoredRecord[] {
    const records = new Map<string, StoredRecord>()
    for (const { key, type, revision: at, text } of this.log) {
      if (at > revision || !key.startsWith(prefix)) continue
      if (type === 'deleted') records.delete(key)
      else records.set(key, { key, revision: at, text })
    }
    return [...records.values()].sort((left, right) =>
      Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)),
    )
  }

  listByTerm(prefix: string, term: string): StoredRecord[] {
    return this.list(prefix).filter(({ key }) => this.terms.get(term)?.has(key))
  }

  changes(prefix: string, after: number): Change[] {
    return this.log.filter(({ key, revision }) => revision > after && key.startsWith(prefix))
  }

  put(key: string, text: string, term: string): Change {
    const previous = this.list(key).find((record) => record.key === key)
    this.terms.set(term, (this.terms.get(term) ?? new Set()).add(key))
    return this.#append({ type: previous ? 'updated' : 'created', key, text, previous })
  }

  delete(key: string, text: string): Change | undefined {
    const previous = this.list(key).find((record) => record.key === key)
    if (previous === undefined) return undefined
    for (const keys of this.terms.values()) keys.delete(key)
    return this.#append({ type: 'deleted', key, text, previous })
  }

  purge(prefix: string): void {
    const kept = this.log.filter(({ key }) => !key.startsWith(prefix))
    this.log.splice(0, this.log.length, ...kept)
    for (const keys of this.terms.values())
      for (const key of keys) if (key.startsWith(prefix)) keys.delete(key)
  }

  #append(change: Omit<Change, 'revision'>): Change {
    this.revision++
    const whole = { ...change, revision: this.revision }
    this.log.push(whole)
    return whole
  }
}
