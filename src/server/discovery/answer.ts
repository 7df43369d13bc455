import { createHash } from 'node:crypto'
import { yamlText } from '../yaml-text.ts'

/** A finished answer of discovery or OpenAPI: the server sends it as it is. */
export interface DocumentAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304 and redirects. JSON, also where YAML is to be made of it. */
  readonly body: string | Uint8Array
  readonly encoding?: 'yaml'
}

/** A document that was built once for a kind set, with what its caching needs. */
export interface StoredDocument {
  readonly body: string | Uint8Array
  /** SHA-512 of the body in upper-case hexadecimal, as a real server computes its ETags. */
  readonly hash: string
}

export function storedDocument(body: string | Uint8Array): StoredDocument {
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() }
}

/** What a real server answers, in plain text, for a discovery URL of a group or version that it does not serve. */
export function pageNotFound(): DocumentAnswer {
  return {
    status: 404,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache, private',
      'x-content-type-options': 'nosniff',
    },
    body: '404 page not found\n',
  }
}

/** The answer as it is sent. */
export async function encoded({ encoding, ...answer }: DocumentAnswer): Promise<DocumentAnswer> {
  return encoding === 'yaml' && answer.status === 200
    ? { ...answer, body: await yamlText(String(answer.body)) }
    : answer
}

/** 304 when the client holds this very document, else the document; always with its ETag. */
export function answerWithETag(
  document: StoredDocument,
  contentType: string,
  ifNoneMatch: string | undefined,
  headers: Readonly<Record<string, string>>,
): DocumentAnswer {
  const tag = `"${document.hash}"`
  const common = { vary: 'Accept', ...headers, etag: tag }
  const held = (ifNoneMatch ?? '').split(',').map((each) => each.trim())
  if (held.includes(tag) || held.includes('*')) return { status: 304, headers: common, body: '' }
  return { status: 200, headers: { ...common, 'content-type': contentType }, body: document.body }
}
