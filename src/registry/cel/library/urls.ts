import { isRequestUri } from '../../../apimachinery/formats.ts'
import { type CelFunction, define, type Meter, traversal } from '../function.ts'
import { CelError, CelList, CelUrl, type CelValue, LiteralMap, noSuchOverload } from '../values.ts'

/** An absolute URL, or an absolute path, in its parts; undefined when `text` is neither. */
function parseUrl(text: string): CelUrl | undefined {
  if (!isRequestUri(text)) return undefined
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(text)
  if (!match) return undefined
  const [, scheme = '', authority = '', path = '', query = ''] = match
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return new CelUrl(text, { scheme: scheme.toLowerCase(), host, path, query })
}

function read(text: CelValue | undefined, meter: Meter): CelUrl {
  if (typeof text !== 'string') throw new CelError(noSuchOverload)
  meter.charge(traversal(text.length))
  const url = parseUrl(text)
  if (url) return url
  throw new CelError(
    `URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${urlFault(text)}`,
  )
}

function urlFault(text: string): string {
  if (text === '') return 'empty url'
  return text.startsWith(':') ? 'missing protocol scheme' : 'invalid URI for request'
}

function part(name: string, pick: (url: CelUrl['url']) => string): CelFunction {
  return define(name, ['url.() -> string'], ([target]) => {
    if (!(target instanceof CelUrl)) throw new CelError(noSuchOverload)
    return pick(target.url)
  })
}

function splitHost(host: string): { hostname: string; port: string } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host)
  const hostname = match?.[1] ?? host
  return { hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: match?.[2] ?? '' }
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

function queryMap(query: string): LiteralMap {
  const values = new Map<string, CelValue[]>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const key = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1))
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return new LiteralMap([...values].map(([key, list]) => [key, new CelList(list)] as const))
}

/** Percent-encodes what a path may not hold as it is. */
function escapePath(path: string): string {
  return encodeURI(path).replaceAll('%25', '%')
}

export const urls: readonly CelFunction[] = [
  define('url', ['(string) -> url'], ([text], meter) => read(text, meter)),
  define('isURL', ['(string) -> bool'], ([text], meter) => {
    if (typeof text !== 'string') throw new CelError(noSuchOverload)
    meter.charge(traversal(text.length))
    return parseUrl(text) !== undefined
  }),
  part('getScheme', ({ scheme }) => scheme),
  part('getHost', ({ host }) => host),
  part('getHostname', ({ host }) => splitHost(host).hostname),
  part('getPort', ({ host }) => splitHost(host).port),
  part('getEscapedPath', ({ path }) => escapePath(path)),
  define('getQuery', ['url.() -> map<string, list<string>>'], ([target], meter) => {
    if (!(target instanceof CelUrl)) throw new CelError(noSuchOverload)
    meter.charge(traversal(target.text.length))
    return queryMap(target.url.query)
  }),
]
