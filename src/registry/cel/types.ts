/** The static types of CEL. */
export type CelType =
  | { readonly kind: 'dyn' }
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'optional'; readonly value: CelType }
  | { readonly kind: 'type'; readonly of: CelType }
  | { readonly kind: 'parameter'; readonly name: string }
  | ObjectType

/** An object with declared fields, by their escaped names. Two object types are the same when they are one value. */
export interface ObjectType {
  readonly kind: 'object'
  readonly fields: ReadonlyMap<string, CelType>
}

export const dyn: CelType = { kind: 'dyn' }

function simple(name: string): CelType {
  return { kind: 'simple', name }
}

export const bool = simple('bool')
export const int = simple('int')
export const uint = simple('uint')
export const double = simple('double')
export const string = simple('string')
export const bytes = simple('bytes')
export const nullType = simple('null')
export const timestamp = simple('google.protobuf.Timestamp')
export const duration = simple('google.protobuf.Duration')

const named: Readonly<Record<string, CelType>> = {
  dyn,
  bool,
  int,
  uint,
  double,
  string,
  bytes,
  null: nullType,
  timestamp,
  duration,
  quantity: simple('kubernetes.Quantity'),
  url: simple('kubernetes.URL'),
  ip: simple('net.IP'),
  cidr: simple('net.CIDR'),
  format: simple('kubernetes.NamedFormat'),
  semver: simple('kubernetes.Semver'),
}

/** A type in the notation of the function tables: `list<A>`, `map<string, dyn>`, `optional<string>`. */
export function readType(text: string): CelType {
  const generic = /^(list|map|optional|type)<(.*)>$/.exec(text)
  if (generic) {
    const inner = splitTypes(generic[2] as string).map(readType)
    const [first = dyn, second = dyn] = inner
    switch (generic[1]) {
      case 'list':
        return { kind: 'list', element: first }
      case 'map':
        return { kind: 'map', key: first, value: second }
      case 'optional':
        return { kind: 'optional', value: first }
      default:
        return { kind: 'type', of: first }
    }
  }
  if (/^[A-Z]$/.test(text)) return { kind: 'parameter', name: text }
  const type = named[text]
  if (!type) throw new Error(`unknown CEL type ${text}`)
  return type
}

/** Splits at the commas that are not inside of angle brackets. */
export function splitTypes(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let current = ''
  for (const character of text) {
    if (character === '<') depth++
    if (character === '>') depth--
    if (character === ',' && depth === 0) {
      parts.push(current.trim())
      current = ''
    } else current += character
  }
  if (current.trim() !== '') parts.push(current.trim())
  return parts
}

/** As cel-go names types in its messages. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'dyn':
      return 'dyn'
    case 'simple':
      return type.name
    case 'list':
      return `list(${formatType(type.element)})`
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`
    case 'optional':
      return `optional_type(${formatType(type.value)})`
    case 'type':
      return `type(${formatType(type.of)})`
    case 'parameter':
      return type.name
    default:
      return 'object'
  }
}

/** What the type parameters of a call stand for. */
export type Bindings = Map<string, CelType>

const nullable = new Set([timestamp, duration])

/** Whether a value of `actual` may stand where `expected` is asked for; binds type parameters of `expected`. */
export function isAssignable(expected: CelType, actual: CelType, bindings: Bindings = new Map()): boolean {
  if (expected.kind === 'parameter') {
    const bound = bindings.get(expected.name)
    if (bound === undefined) {
      bindings.set(expected.name, actual)
      return true
    }
    if (isAssignable(bound, actual)) {
      // what is known beats what is not: [] and dyn take the shape of their neighbour
      if (isVague(bound) && !isVague(actual)) bindings.set(expected.name, actual)
      return true
    }
    if (isAssignable(actual, bound)) {
      bindings.set(expected.name, actual)
      return true
    }
    return false
  }
  if (expected.kind === 'dyn' || actual.kind === 'dyn') return true
  if (actual === nullType) {
    return expected === nullType || expected.kind === 'object' || nullable.has(expected)
  }
  if (expected === nullType) return actual.kind === 'object' || nullable.has(actual)
  switch (expected.kind) {
    case 'list':
      return actual.kind === 'list' && isAssignable(expected.element, actual.element, bindings)
    case 'map':
      return (
        actual.kind === 'map' &&
        isAssignable(expected.key, actual.key, bindings) &&
        isAssignable(expected.value, actual.value, bindings)
      )
    case 'optional':
      return actual.kind === 'optional' && isAssignable(expected.value, actual.value, bindings)
    case 'type':
      return actual.kind === 'type'
    case 'object':
      return actual === expected
    default:
      return actual.kind === 'simple' && actual.name === expected.name
  }
}

function isVague(type: CelType): boolean {
  return (
    type.kind === 'dyn' ||
    type === nullType ||
    (type.kind === 'list' && isVague(type.element)) ||
    (type.kind === 'map' && isVague(type.value))
  )
}

/** The type with its parameters replaced; those that nothing is known of become dyn. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'parameter':
      return bindings.get(type.name) ?? dyn
    case 'list':
      return { kind: 'list', element: substitute(type.element, bindings) }
    case 'map':
      return { kind: 'map', key: substitute(type.key, bindings), value: substitute(type.value, bindings) }
    case 'optional':
      return { kind: 'optional', value: substitute(type.value, bindings) }
    case 'type':
      return { kind: 'type', of: substitute(type.of, bindings) }
    default:
      return type
  }
}
