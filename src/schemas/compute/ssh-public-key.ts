import { base64Fault } from '../../apimachinery/base64.ts'

/** Reads the fields of a key in SSH's wire format (RFC 4251): each is a length of four bytes, then the bytes. */
class FieldReader {
  #offset = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The next field, or undefined where the bytes end before it does. */
  next(): Buffer | undefined {
    if (this.#offset + 4 > this.#bytes.length) return undefined
    const start = this.#offset + 4
    const end = start + this.#bytes.readUInt32BE(this.#offset)
    if (end > this.#bytes.length) return undefined
    this.#offset = end
    return this.#bytes.subarray(start, end)
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length
  }
}

type FieldCheck = (field: Buffer) => boolean

const anything: FieldCheck = () => true
const number: FieldCheck = (field) => field.length > 0
const ed25519Point: FieldCheck = (field) => field.length === 32

function curve(name: string): FieldCheck {
  return (field) => field.toString() === name
}

/** An uncompressed point: a 4, and two coordinates. */
function curvePoint(coordinateBytes: number): FieldCheck {
  return (field) => field.length === 1 + 2 * coordinateBytes && field[0] === 4
}

/** The fields that follow the algorithm's name, per algorithm (RFC 4253, 5656, 8709, and OpenSSH for `sk-`). */
const algorithms: Readonly<Record<string, readonly FieldCheck[]>> = {
  'ssh-rsa': [number, number],
  'ssh-dss': [number, number, number, number],
  'ssh-ed25519': [ed25519Point],
  'ecdsa-sha2-nistp256': [curve('nistp256'), curvePoint(32)],
  'ecdsa-sha2-nistp384': [curve('nistp384'), curvePoint(48)],
  'ecdsa-sha2-nistp521': [curve('nistp521'), curvePoint(66)],
  'sk-ecdsa-sha2-nistp256@openssh.com': [curve('nistp256'), curvePoint(32), anything],
  'sk-ssh-ed25519@openssh.com': [ed25519Point, anything],
}

function isPublicKey(base64: string): boolean {
  if (base64 === '' || base64Fault(base64) !== undefined) return false
  const reader = new FieldReader(Buffer.from(base64, 'base64'))
  const algorithm = reader.next()?.toString() ?? ''
  const checks = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined
  if (!checks) return false
  for (const check of checks) {
    const field = reader.next()
    if (field === undefined || !check(field)) return false
  }
  return reader.atEnd
}

/** Where the options in front of a key end: at the first blank outside of quotes. */
function afterOptions(line: string): string {
  let quoted = false
  for (let index = 0; index < line.length; index++) {
    const character = line[index]
    if (character === '"' && line[index - 1] !== '\\') quoted = !quoted
    else if (!quoted && (character === ' ' || character === '\t')) return line.slice(index).trimStart()
  }
  return ''
}

/** Whether `line` is an entry of an `authorized_keys` file: `[options] type base64 [comment]`. */
export function isAuthorizedKey(line: string): boolean {
  const entry = line.trim()
  if (entry === '' || entry.startsWith('#')) return false
  return [entry, afterOptions(entry)].some((text) => isPublicKey(text.split(/[ \t]+/)[1] ?? ''))
}
