/** The first bytes of a body, for a refusal: as text where it looks like JSON, else in hexadecimal. */
export function summarize(body: Uint8Array): string {
  if (body.length === 0) return '<empty>'
  const form = body[0] === 0x7b ? 'utf8' : 'hex'
  return Buffer.from(body.subarray(0, 30)).toString(form) + (body.length > 30 ? ' ...' : '')
}
