import { type FieldError, invalid } from '../../apimachinery/field-error.ts'
import {
  formatIpNetwork,
  type IpNetwork,
  maskedNetwork,
  networkContainsNetwork,
  parseIpNetwork,
} from '../../apimachinery/ip-address.ts'
import { type IpFamily, ipFamilies } from './ip-family.ts'
import type { NetworkSpec } from './network.ts'
import { type DeclaredRange, declaredRanges, longestRangePrefix, rangeBesideList } from './network-ranges.ts'

/** What is wrong with the ranges that a network names. */
export function checkRanges(spec: NetworkSpec): FieldError[] {
  return ipFamilies.flatMap((family) => {
    const ranges = declaredRanges(spec, family)
    return [
      ...checkContradiction(rangeBesideList(spec, family), ranges[0]),
      ...ranges.flatMap((range) => checkRange(range, family)),
      ...checkOverlaps(ranges),
    ]
  })
}

function checkContradiction(
  single: DeclaredRange | undefined,
  first: DeclaredRange | undefined,
): FieldError[] {
  if (!single || !first || canonical(single.text) === canonical(first.text)) return []
  return [
    invalid(single.path, single.text, `contradicts ${first.path}, which is ${JSON.stringify(first.text)}`),
  ]
}

function canonical(text: string): string {
  const network = parseIpNetwork(text)
  return network ? formatIpNetwork(network) : text
}

function checkRange({ path, text }: DeclaredRange, family: IpFamily): FieldError[] {
  const range = parseIpNetwork(text)
  if (!range) {
    return [invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  }
  if (`IPv${range.address.family}` !== family) return [invalid(path, text, `must be an ${family} range`)]
  const errors: FieldError[] = []
  const masked = maskedNetwork(range)
  if (masked.address.value !== range.address.value) {
    errors.push(invalid(path, text, `must not have host bits set; the range is ${formatIpNetwork(masked)}`))
  }
  if (range.prefixLength > longestRangePrefix[family]) {
    errors.push(invalid(path, text, `must be a /${longestRangePrefix[family]} or larger`))
  }
  return errors
}

/** Each range against those before it. */
function checkOverlaps(ranges: readonly DeclaredRange[]): FieldError[] {
  const seen: { range: DeclaredRange; network: IpNetwork }[] = []
  return ranges.flatMap((range) => {
    const network = parseIpNetwork(range.text)
    if (!network) return []
    const other = seen.find(
      (each) =>
        networkContainsNetwork(each.network, network) || networkContainsNetwork(network, each.network),
    )
    seen.push({ range, network })
    if (!other) return []
    return [invalid(range.path, range.text, `overlaps with ${other.range.path} (${other.range.text})`)]
  })
}
