const alphabet = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')

/**
 * The offset of the first byte that padded, standard base64 does not allow, or undefined. Line breaks are skipped.
 * The offset is the one that a Go client or server would name, as it is part of the answer.
 */
export function base64Fault(text: string): number | undefined {
  let inGroup = 0
  let groupStart = 0
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset] as string
    if (character === '\n' || character === '\r') continue
    if (character === '=') return paddingFault(text, offset, inGroup)
    if (!alphabet.has(character)) return offset
    if (inGroup === 0) groupStart = offset
    inGroup = (inGroup + 1) % 4
  }
  return inGroup === 0 ? undefined : groupStart
}

/** Padding fills the last group of four up, and nothing but line breaks may follow. */
function paddingFault(text: string, offset: number, inGroup: number): number | undefined {
  if (inGroup < 2) return offset
  let next = skipLineBreaks(text, offset + 1)
  if (inGroup === 2) {
    if (text[next] !== '=') return next
    next = skipLineBreaks(text, next + 1)
  }
  return next < text.length ? next : undefined
}

function skipLineBreaks(text: string, from: number): number {
  let offset = from
  while (text[offset] === '\n' || text[offset] === '\r') offset++
  return offset
}

/** How many bytes valid base64 stands for. */
export function base64Size(text: string): number {
  return Buffer.byteLength(text.replace(/[\r\n]/g, ''), 'base64')
}
