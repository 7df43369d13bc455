/** Why a text is no semantic version. */
export function semverFault(text: string): string {
  if (text === '') return 'Version string empty'
  const [major, minor, ...more] = text.split('.')
  if (major === undefined || minor === undefined || more.length === 0) {
    return 'No Major.Minor.Patch elements found'
  }
  const tail = more.join('.')
  const [, patch = '', , prerelease, , build] = /^([^-+]*)(-([^+]*))?(\+(.*))?$/s.exec(tail) ?? []
  return (
    numberFault('Major', major) ??
    numberFault('Minor', minor) ??
    numberFault('Patch', patch) ??
    identifiersFault(prerelease, 'Prerelease', 'prerelease') ??
    identifiersFault(build, 'Build meta data', 'build meta data') ??
    'No Major.Minor.Patch elements found'
  )
}

function numberFault(name: string, digits: string): string | undefined {
  if (!/^\d*$/.test(digits)) {
    return `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(digits)}`
  }
  if (digits.length > 1 && digits.startsWith('0')) {
    return `${name} number must not contain leading zeroes ${JSON.stringify(digits)}`
  }
  const parsing = `strconv.ParseUint: parsing ${JSON.stringify(digits)}`
  if (digits === '') return `${parsing}: invalid syntax`
  return BigInt(digits) >= 2n ** 64n ? `${parsing}: value out of range` : undefined
}

function identifiersFault(text: string | undefined, empty: string, name: string): string | undefined {
  for (const part of text?.split('.') ?? []) {
    if (part === '') return `${empty} is empty`
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in ${name} ${JSON.stringify(part)}`
    if (name === 'prerelease' && /^0\d+$/.test(part)) {
      return `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`
    }
  }
  return undefined
}
