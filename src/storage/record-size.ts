import { RecordTooLarge } from './record-too-large.ts'
import type { StoredRecord, Transition } from './store.ts'

/** A character of JavaScript has at most so many bytes in UTF-8. */
const bytesPerCharacter = 3

/**
 * Throws RecordTooLarge when a record would grow beyond `limit` bytes. One that is longer already, because the limit was
 * higher once, may be written again as long as it does not grow; and what ends is never refused.
 */
export function checkRecordSize(
  transition: Transition,
  before: StoredRecord | undefined,
  limit: number,
): void {
  if (transition.type !== 'put' || transition.ends === true) return
  const { text } = transition
  // Bytes are counted for the few that come near.
  if (text.length * bytesPerCharacter <= limit) return
  const size = Buffer.byteLength(text)
  if (size <= limit) return
  if (before !== undefined && size <= Buffer.byteLength(before.text)) return
  throw new RecordTooLarge(size, limit)
}
