/**
 * The few words of ASN.1's Distinguished Encoding Rules (X.690) that an X.509 certificate is written in.
 * Every function returns one complete element: tag, length, content.
 */

function element(tag: number, content: Uint8Array): Buffer {
  const length = content.length
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) digits.unshift(rest % 0x100)
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length, ...digits]), content])
}

export function sequence(...elements: readonly Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(elements))
}

export function set(...elements: readonly Uint8Array[]): Buffer {
  return element(0x31, Buffer.concat(elements))
}

/** `[number]` around a complete element. */
export function explicit(number: number, content: Uint8Array): Buffer {
  return element(0xa0 | number, content)
}

/** `[number]` in place of the tag of a primitive element. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return element(0x80 | number, content)
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]))
}

/** A non-negative integer from its big-endian bytes, in as few bytes as possible. */
export function integer(bigEndian: Uint8Array): Buffer {
  let start = 0
  while (start < bigEndian.length - 1 && bigEndian[start] === 0) start++
  const digits = bigEndian.subarray(start)
  const negative = digits.length > 0 && (digits[0] as number) >= 0x80
  return element(0x02, negative || digits.length === 0 ? Buffer.concat([Buffer.from([0]), digits]) : digits)
}

/** From dotted notation: `1.2.840.10045.4.3.2`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const content = [first * 40 + second]
  for (const arc of rest) {
    const digits = [arc & 0x7f]
    for (let more = arc >>> 7; more > 0; more >>>= 7) digits.unshift(0x80 | (more & 0x7f))
    content.push(...digits)
  }
  return element(0x06, Buffer.from(content))
}

export function octetString(content: Uint8Array): Buffer {
  return element(0x04, content)
}

/** `unused` is the number of bits of the last byte that do not belong to the string. */
export function bitString(content: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([unused]), content]))
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'))
}

/** Milliseconds since the epoch; UTCTime until 2049 and GeneralizedTime after, as RFC 5280 section 4.1.2.5 asks. */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '')
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits))
}
