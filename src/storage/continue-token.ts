/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision of the whole list, or `newestRevision`. */
  readonly revision: number
  /** The last key of the page before. */
  readonly after: string
}

/** The words are those of kube-apiserver, which answers them as a BadRequest. */
export class InvalidContinueToken extends Error {
  override readonly name = 'InvalidContinueToken'
  constructor(detail: string) {
    super(`continue key is not valid: ${detail}`)
  }
}

const encodedVersion = 'meta.k8s.io/v1'

/** In place of a revision: read on at whatever is newest, as the revision of the pages before is gone. */
export const newestRevision = -1

/**
 * The token in Kubernetes' own form: unpadded base64url of `{"v","rv","start"}`. `start` is the first key that is
 * wanted, as seen from `prefix`, so that a token says nothing of the plane and works in no other.
 */
export function encodeContinueToken({ revision, after }: ContinueToken, prefix: string): string {
  if (!after.startsWith(prefix)) throw new Error(`key ${after} is not below ${prefix}`)
  // The next possible key in byte order is the last one with a NUL byte behind it.
  const start = `${after.slice(prefix.length)}\0`
  return Buffer.from(JSON.stringify({ v: encodedVersion, rv: revision, start })).toString('base64url')
}

/** Reads what `encodeContinueToken` made for the same prefix. Throws InvalidContinueToken for everything else. */
export function decodeContinueToken(token: string, prefix: string): ContinueToken {
  const { v, rv, start } = parse(token)
  if (v !== encodedVersion) {
    throw new InvalidContinueToken(`server does not recognize this encoded version ${v ?? ''}`)
  }
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv < newestRevision || rv === 0) {
    throw new InvalidContinueToken(`incorrect encoded start resourceVersion (version ${encodedVersion})`)
  }
  if (typeof start !== 'string' || start === '') {
    throw new InvalidContinueToken(`encoded start key empty (version ${encodedVersion})`)
  }
  const key = start.slice(0, -1)
  const isRelativeKey = start.endsWith('\0') && !key.includes('\0') && !key.startsWith('/')
  // A token is the client's to change: it may not climb out of the prefix.
  if (!isRelativeKey || key.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new InvalidContinueToken(start)
  }
  return { revision: rv, after: prefix + key }
}

function parse(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  const illegal = token.search(/[^A-Za-z0-9_-]/)
  const at = illegal === -1 && token.length % 4 === 1 ? token.length - 1 : illegal
  if (at !== -1) throw new InvalidContinueToken(`illegal base64 data at input byte ${at}`)
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    throw new InvalidContinueToken('the decoded text is not JSON')
  }
  if (typeof value !== 'object' || value === null) {
    throw new InvalidContinueToken('the decoded text is not a JSON object')
  }
  return value
}
