import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { UnusableState } from './unusable-state.ts'

const headerLength = 32
const frameHeaderLength = 24
/** The last bit says in which order the bytes of a checksum's words are. */
const magic = 0x377f0682

/**
 * Throws UnusableState when the write-ahead log beside the database at `path` is damaged in its midst. SQLite takes what
 * comes before for the whole log and says nothing: what was acknowledged after would be lost in silence. A log that
 * only ends too early is none of that: the process was killed while it wrote what nobody had been promised.
 */
export function checkWriteAheadLog(path: string): void {
  const logPath = `${path}-wal`
  const log = read(logPath)
  if (log !== undefined && isDamaged(log)) {
    throw new UnusableState(
      logPath,
      'it is damaged',
      'Put back a copy that is not, or move the file away to go on without the last of what was written.',
    )
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The layout is that of https://www.sqlite.org/fileformat2.html#the_write_ahead_log. */
function isDamaged(log: Buffer): boolean {
  if (log.length < headerLength) return false
  const bigEndian = (log.readUInt32BE(0) & 1) === 1
  const sum = new Checksum(log, bigEndian)
  sum.add(0, 24)
  const headerFits = (log.readUInt32BE(0) & ~1) >>> 0 === magic && sum.equals(log, 24)
  if (!headerFits) return log.length > headerLength
  const frameLength = frameHeaderLength + log.readUInt32BE(8)
  let whole = true
  for (let at = headerLength; at + frameLength <= log.length; at += frameLength) {
    // Frames of an earlier round of the log, which has begun anew at its head since, have another salt.
    const current = log.compare(log, 16, 24, at + 8, at + 16) === 0
    if (!whole && current) return true
    if (!whole) continue
    sum.add(at, at + 8)
    sum.add(at + frameHeaderLength, at + frameLength)
    whole = current && sum.equals(log, at + 16)
  }
  return false
}

/** Over pairs of 32-bit words, one after another. */
class Checksum {
  readonly #words: Uint32Array
  #first = 0
  #second = 0

  /** All words of the log at once: there are millions. */
  constructor(log: Buffer, bigEndian: boolean) {
    this.#words = new Uint32Array(Math.floor(log.length / 4))
    const bytes = Buffer.from(this.#words.buffer)
    log.copy(bytes)
    if (bigEndian !== (endianness() === 'BE')) bytes.swap32()
  }

  add(start: number, end: number): void {
    const words = this.#words
    let first = this.#first
    let second = this.#second
    for (let at = start / 4; at < end / 4; at += 2) {
      first = (first + (words[at] as number) + second) | 0
      second = (second + (words[at + 1] as number) + first) | 0
    }
    this.#first = first
    this.#second = second
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#first && bytes.readInt32BE(at + 4) === this.#second
  }
}
