/**
 * What lies at `path` cannot be opened as a state of ours. It has not been changed: it is never repaired, emptied
 * or read in part.
 */
export class UnusableState extends Error {
  override readonly name = 'UnusableState'
  readonly path: string

  /** `reason` continues "the state in <path> cannot be used: "; `wayOut` is a sentence that says what to do. */
  constructor(path: string, reason: string, wayOut: string, options?: ErrorOptions) {
    super(`the state in ${path} cannot be used: ${reason}. ${wayOut}`, options)
    this.path = path
  }
}

/** The way out of everything that waiting or updating does not mend. */
export const startAfresh = 'Move the file away to start with an empty state, or use another folder.'
