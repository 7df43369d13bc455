import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { forbidden } from '../apimachinery/errors.ts'

const rememberedHosts = 100

/**
 * Guards against DNS rebinding: a web page that makes a browser on this machine call a name of its own that points here.
 * Addresses cannot be rebound; names must be ours. `names` are those beside the loopback's.
 */
export function createHostCheck(names: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set(['localhost', ...names.map((name) => name.toLowerCase())])

  // Every client says the same in each of its requests.
  const seen = new Set<string>()

  function isOurs(host: string): boolean {
    if (seen.has(host)) return true
    const name = hostName(host)
    const ours = allowed.has(name) || isIP(name) !== 0 || name.endsWith('.localhost')
    if (ours && seen.size < rememberedHosts) seen.add(host)
    return ours
  }

  return (request) => {
    const host = request.headers.host ?? request.headers[':authority']
    if (typeof host === 'string' && !isOurs(host)) {
      throw forbidden(
        { group: '', resource: '' },
        '',
        `Host ${JSON.stringify(host)} is not a name of this server`,
      )
    }
    const { origin } = request.headers
    if (origin !== undefined && !isOurs(origin.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''))) {
      throw forbidden({ group: '', resource: '' }, '', `Origin ${JSON.stringify(origin)} is not allowed here`)
    }
  }
}

/** `[::1]:7443` → `::1`, `localhost:7443` → `localhost`. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](:\d*)?$/.exec(host)
  return (bracketed?.[1] ?? host.replace(/:\d*$/, '')).replace(/\.$/, '').toLowerCase()
}
