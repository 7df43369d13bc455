/** The text that a write would store is longer than a record may be. Nothing of that write was stored. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge'
  /** Both in bytes. */
  readonly size: number
  readonly limit: number
  constructor(size: number, limit: number) {
    super(`the record would be ${size} bytes long; the limit is ${limit}`)
    this.size = size
    this.limit = limit
  }
}
