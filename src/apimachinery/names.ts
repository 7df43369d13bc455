/**
 * What names, label keys and label values may look like, with the sentences that clients of a real server see.
 * Every check returns what is wrong, nothing wrong being the empty list, so that callers attach the path.
 */

const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`
const dns1035Format = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualifiedNameFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValueFormat = `(${qualifiedNameFormat})?`

const labelPattern = new RegExp(`^${labelFormat}$`)
const subdomainPattern = new RegExp(`^${subdomainFormat}$`)
const dns1035Pattern = new RegExp(`^${dns1035Format}$`)
const qualifiedNamePattern = new RegExp(`^${qualifiedNameFormat}$`)
const labelValuePattern = new RegExp(`^${labelValueFormat}$`)

export const dns1123LabelMaxLength = 63
export const dns1123SubdomainMaxLength = 253
export const labelValueMaxLength = 63
/** Of the part behind the slash, if there is one. */
const qualifiedNameMaxLength = 63

/** The examples are joined as Kubernetes joins them, doubled space included. */
function patternMessage(sentence: string, format: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return `${sentence} (e.g. ${shown}regex used for validation is '${format}')`
}

function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`
}

export const dns1123LabelMessage = patternMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  labelFormat,
  'my-name',
  '123-abc',
)

export const dns1123SubdomainMessage = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomainFormat,
  'example.com',
)

export const dns1035LabelMessage = patternMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  dns1035Format,
  'my-name',
  'abc-123',
)

export const qualifiedNameMessage = patternMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedNameFormat,
  'MyName',
  'my.name',
  '123-abc',
)

export const labelValueMessage = patternMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  labelValueFormat,
  'MyValue',
  'my_value',
  '12345',
)

function check(value: string, pattern: RegExp, message: string, maxLength: number): string[] {
  // What the patterns take is ASCII: as many bytes as characters.
  if (value.length <= maxLength && pattern.test(value)) return []
  const messages: string[] = []
  if (Buffer.byteLength(value) > maxLength) messages.push(maxLengthMessage(maxLength))
  if (!pattern.test(value)) messages.push(message)
  return messages
}

/** A single DNS label: namespaces, and names of kinds that ask for it. */
export function checkDns1123Label(value: string): string[] {
  const message = subdomainPattern.test(value) ? 'must not contain dots' : dns1123LabelMessage
  return check(value, labelPattern, message, dns1123LabelMaxLength)
}

/** Dot-separated labels: what a name is unless its kind asks for less. */
export function checkDns1123Subdomain(value: string): string[] {
  return check(value, subdomainPattern, dns1123SubdomainMessage, dns1123SubdomainMaxLength)
}

/** A label that begins with a letter: API versions, plurals, lower-cased kinds. */
export function checkDns1035Label(value: string): string[] {
  return check(value, dns1035Pattern, dns1035LabelMessage, dns1123LabelMaxLength)
}

/** `name` or `prefix/name`: label keys, finalizers, and annotation keys once lower-cased. */
export function checkQualifiedName(value: string): string[] {
  const slash = value.indexOf('/')
  const prefix = slash === -1 ? undefined : value.slice(0, slash)
  if (isBareName(value.slice(slash + 1)) && (prefix === undefined || isDns1123Subdomain(prefix))) return []
  return qualifiedNameFaults(value)
}

/** The part of a qualified name behind the slash; it has none itself. */
function isBareName(value: string): boolean {
  return value.length <= qualifiedNameMaxLength && qualifiedNamePattern.test(value)
}

function qualifiedNameFaults(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedNameMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const messages: string[] = []
  const name = parts.at(-1) as string
  if (parts.length === 2) {
    const prefix = parts[0] as string
    if (prefix === '') messages.push('prefix part must be non-empty')
    else messages.push(...checkDns1123Subdomain(prefix).map((message) => `prefix part ${message}`))
  }
  if (name === '') messages.push('name part must be non-empty')
  else if (Buffer.byteLength(name) > qualifiedNameMaxLength) {
    messages.push(`name part ${maxLengthMessage(qualifiedNameMaxLength)}`)
  }
  if (!qualifiedNamePattern.test(name)) messages.push(`name part ${qualifiedNameMessage}`)
  return messages
}

export function checkLabelKey(value: string): string[] {
  return checkQualifiedName(value)
}

export function checkLabelValue(value: string): string[] {
  return check(value, labelValuePattern, labelValueMessage, labelValueMaxLength)
}

/** Case does not matter in annotation keys; otherwise they are label keys. */
export function checkAnnotationKey(value: string): string[] {
  return checkQualifiedName(value.toLowerCase())
}

export function isDns1123Label(value: string): boolean {
  return value.length <= dns1123LabelMaxLength && labelPattern.test(value)
}

export function isDns1123Subdomain(value: string): boolean {
  return value.length <= dns1123SubdomainMaxLength && subdomainPattern.test(value)
}

export function isDns1035Label(value: string): boolean {
  return value.length <= dns1123LabelMaxLength && dns1035Pattern.test(value)
}

export function isLabelKey(value: string): boolean {
  return checkQualifiedName(value).length === 0
}

export function isLabelValue(value: string): boolean {
  return value.length <= labelValueMaxLength && labelValuePattern.test(value)
}

/** Finalizers that need no domain: Kubernetes' own. */
export const wellKnownFinalizers: ReadonlySet<string> = new Set([
  'orphan',
  'foregroundDeletion',
  'kubernetes',
])

/** What compiled-in kinds have against a finalizer that is neither Kubernetes' own nor has a domain. */
export function checkFinalizerDomain(finalizer: string): string[] {
  if (finalizer.includes('/') || wellKnownFinalizers.has(finalizer)) return []
  return ['name is neither a standard finalizer name nor is it fully qualified']
}
