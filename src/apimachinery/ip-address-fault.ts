import { parseIpAddress } from './ip-address.ts'

/** Why a text is no IP address, in the words of Go's `netip`. */
export function ipAddressFault(text: string): string {
  return `ParseAddr(${JSON.stringify(text)}): ${addressDetail(text)}`
}

/** Why a text is no network in the form `10.0.0.0/8`. */
export function ipNetworkFault(text: string): string {
  return `netip.ParsePrefix(${JSON.stringify(text)}): ${networkDetail(text)}`
}

function networkDetail(text: string): string {
  const slash = text.lastIndexOf('/')
  if (slash === -1) return "no '/'"
  const address = text.slice(0, slash)
  if (!parseIpAddress(address)) return ipAddressFault(address)
  const length = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return `bad bits after slash: ${JSON.stringify(length)}`
  return 'prefix length out of range'
}

/** The first of these decides what a text is meant to be. */
function addressDetail(text: string): string {
  switch (/[.:%]/.exec(text)?.[0]) {
    case '.':
      return ipv4Detail(text)
    case ':':
      return ipv6Detail(text)
    case '%':
      return 'missing IPv6 address'
    default:
      return 'unable to parse IP'
  }
}

function ipv4Detail(text: string): string {
  let fields = 0
  let digits = ''
  for (const [index, character] of [...text].entries()) {
    const rest = JSON.stringify(text.slice(index))
    if (character >= '0' && character <= '9') {
      if (digits === '0') return 'IPv4 field has octet with leading zero'
      digits += character
      if (Number(digits) > 255) return 'IPv4 field has value >255'
    } else if (character === '.') {
      if (index === 0 || text[index - 1] === '.' || index === text.length - 1) {
        return `IPv4 field must have at least one digit (at ${rest})`
      }
      if (fields === 3) return 'IPv4 address too long'
      fields++
      digits = ''
    } else return `unexpected character (at ${rest})`
  }
  return 'IPv4 address too short'
}

function ipv6Detail(text: string): string {
  const [address = '', zone] = text.split('%', 2)
  if (zone === '') return 'zone must be a non-empty string'
  let rest = address.startsWith('::') ? address.slice(2) : address
  let compressed = address.startsWith('::')
  for (let groups = 0; rest !== ''; groups++) {
    const at = (place: string) => `(at ${JSON.stringify(place)})`
    const [group = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? []
    if (group.length > 4) return `each group must have 4 or less digits ${at(rest)}`
    if (group === '') return `each colon-separated field must have at least one digit ${at(rest)}`
    if (rest[group.length] === '.') return ipv4Detail(rest)
    if (groups === 8) return `trailing garbage after address ${at(rest)}`
    rest = rest.slice(group.length)
    if (rest === '') break
    if (!rest.startsWith(':')) return `unexpected character, want colon ${at(rest)}`
    if (rest === ':') return `colon must be followed by more characters ${at(rest)}`
    if (groups === 7) return `trailing garbage after address ${at(rest.slice(1))}`
    rest = rest.slice(1)
    if (!rest.startsWith(':')) continue
    if (compressed) return `multiple :: in address ${at(rest)}`
    compressed = true
    rest = rest.slice(1)
  }
  return 'address string too short'
}
