import { StatusError } from '../apimachinery/errors.ts'
import type { Limits } from './limits.ts'

/** Throws 414 for a URL that is too long. It has been received by then, within the bound of the headers. */
export function checkUrlLength(url: string, { urlBytes }: Limits): void {
  // What a client sends as a URL is one byte to a character.
  if (url.length <= urlBytes) return
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `the request URL has ${url.length} bytes, the limit is ${urlBytes}`,
    reason: 'BadRequest',
    code: 414,
  })
}
