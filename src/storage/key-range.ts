/**
 * Bounds for `key >= start AND key < end` in byte order of the keys' UTF-8, which is how SQLite compares text.
 * `end` is a string, or, where no text is great enough, a Buffer: SQLite sorts every blob behind every text.
 */
export interface KeyRange {
  readonly start: string
  readonly end: string | Buffer
}

/** The keys that start with `prefix` and, if given, are greater than `after`. */
export function keyRange(prefix: string, after?: string): KeyRange {
  const end = endOf(prefix)
  if (after === undefined) return { start: prefix, end }
  // One NUL byte more makes the smallest text that is greater, so that the bound stays a seek and never a filter.
  if (after.startsWith(prefix) || isGreater(after, prefix)) return { start: `${after}\0`, end }
  return { start: prefix, end }
}

/** The smallest text that is greater than every text that starts with `prefix`. */
function endOf(prefix: string): string | Buffer {
  const characters = [...prefix]
  while (characters.length > 0) {
    const last = (characters.pop() as string).codePointAt(0) as number
    if (last === 0x10ffff) continue
    // Code points sort as their UTF-8 does; U+D800 to U+DFFF are no characters.
    const next = last === 0xd7ff ? 0xe000 : last + 1
    return characters.join('') + String.fromCodePoint(next)
  }
  return Buffer.alloc(0)
}

function isGreater(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) > 0
}
