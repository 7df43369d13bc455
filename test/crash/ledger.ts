/** What a key may hold: a number, or nothing. */
export type Value = number | undefined

/**
 * What clients know of the keys that they write: what was acknowledged last, and what was asked for since without an
 * answer, which may have happened or not. Nothing else may ever be found.
 */
export class Ledger {
  readonly #acknowledged = new Map<string, Value>()
  readonly #asked = new Map<string, Value[]>()
  /** The revision of every acknowledged write that told one. */
  readonly revisions = new Set<number>()
  newest = 0

  /** What the writer believes to be there: the last that it was told. */
  believed(key: string): Value {
    return this.#acknowledged.get(key)
  }

  ask(key: string, value: Value): void {
    this.#asked.set(key, [...(this.#asked.get(key) ?? []), value])
  }

  /** The answer to the last `ask` of the key: it is done. */
  acknowledge(key: string, value: Value, revision: number | undefined): void {
    this.#acknowledged.set(key, value)
    this.#asked.delete(key)
    if (revision === undefined) return
    this.revisions.add(revision)
    this.newest = Math.max(this.newest, revision)
  }

  /** Compares with what is there after a restart, which is then what is known. Returns what must not be. */
  compare(found: ReadonlyMap<string, Value>): string[] {
    const faults: string[] = []
    for (const key of new Set([...this.#acknowledged.keys(), ...this.#asked.keys(), ...found.keys()])) {
      const allowed = [this.#acknowledged.get(key), ...(this.#asked.get(key) ?? [])]
      const value = found.get(key)
      if (!allowed.includes(value)) faults.push(`${key} is ${value}, not ${allowed.map(String).join(' or ')}`)
      this.#acknowledged.set(key, value)
      this.#asked.delete(key)
    }
    return faults
  }
}
