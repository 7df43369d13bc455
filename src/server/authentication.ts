import type { FastifyRequest } from 'fastify'
import { badRequest, unauthorized } from '../apimachinery/errors.ts'
import type { Authorize, Caller } from '../registry/kind.ts'
import { requireAccess } from './authorization.ts'
import { isLoopback } from './loopback.ts'

/**
 * Who sends a request. `token` is the bearer token, undefined when there is none; undefined as the answer means nobody
 * that is known. `plainHttpLoopback` is true for a caller on this machine over plain HTTP: kubectl sends no token there.
 */
export type Authenticate = (
  token: string | undefined,
  request: { readonly plainHttpLoopback: boolean },
) => Promise<Caller | undefined>

/** How a token that is not good is answered: as Datum documents it (403), or as Kubernetes does (401). */
export type BadToken = 401 | 403

export const anonymous: Caller = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** The caller; `anonymous` when nobody is known. Throws 401 for a bad token where that is wanted. */
export async function authenticateRequest(
  request: FastifyRequest,
  authenticate: Authenticate,
  badToken: BadToken,
): Promise<Caller> {
  const header = request.headers.authorization
  const token = header === undefined ? undefined : bearerToken(header)
  const plainHttpLoopback = token === undefined && isPlainHttp(request) && isFromLoopback(request)
  // Credentials of another scheme, and a malformed header, are a bad token and not the absence of one.
  const caller =
    header !== undefined && token === undefined ? undefined : await authenticate(token, { plainHttpLoopback })
  if (caller) return caller
  if (header !== undefined && badToken === 401) throw unauthorized()
  return anonymous
}

/** The token of an `Authorization: Bearer` header; undefined when it is no such header. */
export function bearerToken(header: string): string | undefined {
  if (header.length < 8 || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
  const token = header.slice(7).trim()
  return token === '' ? undefined : token
}

function isPlainHttp(request: FastifyRequest): boolean {
  return !('encrypted' in request.socket && request.socket.encrypted)
}

/** True when the request comes from this machine. */
export function isFromLoopback(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress
  return address !== undefined && isLoopback(address)
}

const extraPrefix = 'impersonate-extra-'

/** The caller whom `Impersonate-…` headers ask to be taken for (`kubectl --as`), if `user` may; else `user`. */
export async function impersonate(
  request: FastifyRequest,
  user: Caller,
  authorize: Authorize,
): Promise<Caller> {
  const { headers } = request
  const name = headers['impersonate-user']
  const groups = valuesOf(request, 'impersonate-group')
  const uid = headers['impersonate-uid']
  const extraNames = Object.keys(headers).filter((each) => each.startsWith(extraPrefix))
  if (typeof name !== 'string' || name === '') {
    if (groups.length === 0 && uid === undefined && extraNames.length === 0) return user
    throw badRequest('impersonation headers need Impersonate-User beside them')
  }

  const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  await requireAccess(
    authorize,
    user,
    serviceAccount
      ? {
          verb: 'impersonate',
          resource: 'serviceaccounts',
          namespace: serviceAccount[1] as string,
          name: serviceAccount[2] as string,
        }
      : { verb: 'impersonate', resource: 'users', name },
  )
  for (const group of groups) {
    await requireAccess(authorize, user, { verb: 'impersonate', resource: 'groups', name: group })
  }
  if (typeof uid === 'string') {
    await requireAccess(authorize, user, {
      verb: 'impersonate',
      group: 'authentication.k8s.io',
      resource: 'uids',
      name: uid,
    })
  }
  const extra: Record<string, readonly string[]> = {}
  for (const header of extraNames) {
    const key = decodeURIComponentOrSame(header.slice(extraPrefix.length))
    const values = valuesOf(request, header)
    for (const value of values) {
      await requireAccess(authorize, user, {
        verb: 'impersonate',
        group: 'authentication.k8s.io',
        resource: 'userextras',
        subresource: key,
        name: value,
      })
    }
    Object.defineProperty(extra, key, { value: values, enumerable: true })
  }
  return {
    name,
    ...(typeof uid === 'string' ? { uid } : {}),
    groups: impersonatedGroups(name, groups, serviceAccount?.[1]),
    ...(extraNames.length > 0 ? { extra } : {}),
  }
}

function impersonatedGroups(
  name: string,
  groups: readonly string[],
  namespace: string | undefined,
): string[] {
  if (name === anonymous.name) return groups.length > 0 ? [...groups] : [...anonymous.groups]
  const given =
    groups.length === 0 && namespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : [...groups]
  return given.includes('system:authenticated') ? given : [...given, 'system:authenticated']
}

/** Every value of a header that may be sent several times: Node joins them, the raw headers do not. */
function valuesOf(request: FastifyRequest, header: string): string[] {
  if (request.headers[header] === undefined) return []
  const raw = request.raw.rawHeaders
  const values: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === header) values.push(raw[index + 1] as string)
  }
  return values
}

function decodeURIComponentOrSame(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
