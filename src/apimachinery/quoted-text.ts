const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** A text as Go's `%q` writes it: JSON's quotes, other words for what cannot be printed. */
export function quoteText(text: string): string {
  let quoted = ''
  for (const character of text) quoted += escapes[character] ?? escaped(character)
  return `"${quoted}"`
}

function escaped(character: string): string {
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) return character
  const code = character.codePointAt(0) as number
  const hexadecimal = code.toString(16)
  if (code < 0x80) return `\\x${hexadecimal.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hexadecimal.padStart(4, '0')}` : `\\U${hexadecimal.padStart(8, '0')}`
}
