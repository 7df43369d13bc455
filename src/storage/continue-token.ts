/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision of the whole list; `newestState` when the token reads on at whatever is newest. */
  readonly revision: number
  /** The last key of the page before, as seen from the collection's prefix: so a token is of no use in another. */
  readonly after: string
}

/** Kubernetes' word in a token for a list that goes on although its own state is gone. */
export const newestState = -1

/** The message is what kube-apiserver puts behind `continue key is not valid: `. */
export class InvalidContinueToken extends Error {
  override readonly name = 'InvalidContinueToken'
}

const encodedVersion = 'meta.k8s.io/v1'

/** The token in Kubernetes' own form: unpadded base64url of `{"v","rv","start"}`; `start` is the first key wanted. */
export function encodeContinueToken({ revision, after }: ContinueToken): string {
  // The next possible key in byte order is the last one with a NUL byte behind it.
  const token = { v: encodedVersion, rv: revision, start: `${after}\0` }
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

/** Reads what `encodeContinueToken` made. Throws InvalidContinueToken for everything else. */
export function decodeContinueToken(token: string): ContinueToken {
  const { v, rv, start } = parse(token)
  if (v !== encodedVersion) {
    throw new InvalidContinueToken(`server does not recognize this encoded version ${v ?? ''}`)
  }
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw new InvalidContinueToken(`incorrect encoded start resourceVersion (version ${encodedVersion})`)
  }
  if (typeof start !== 'string' || start === '') {
    throw new InvalidContinueToken(`encoded start key empty (version ${encodedVersion})`)
  }
  const after = start.slice(0, -1)
  // A token is the client's to change: it may not climb out of the collection.
  const climbs = after.split('/').some((part) => part === '' || part === '.' || part === '..')
  if (!start.endsWith('\0') || after.includes('\0') || climbs) throw new InvalidContinueToken(start)
  return { revision: rv < 0 ? newestState : rv, after }
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
