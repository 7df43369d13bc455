import type { StructuralSchema } from '../../structural-schema.ts'
import { escapeFieldName } from '../field-names.ts'
import { withHead } from '../schema-values.ts'

/** How large the data under a schema can be, as far as the schema and the size of a request bound it. */
export interface DeclaredSize {
  /** Characters of a text, bytes, items or entries; 0 for what has none. */
  readonly maxElements: number
  /** The fewest bytes of JSON in which a value can be written. */
  readonly minBytes: number
  /** Of items and of map values. */
  readonly element?: DeclaredSize
  readonly isMap?: boolean
  readonly fields?: ReadonlyMap<string, DeclaredSize>
}

/** The largest request that Kubernetes reckons with. */
const maxRequestBytes = 3 * 1024 * 1024

/** A code point has up to four bytes. */
const bytesPerCharacter = 4

const mapKey: DeclaredSize = { maxElements: 0, minBytes: 2 }

/** Undefined for data that rules cannot see. `isResource`: a whole object, whose head is always there. */
export function declaredSize(schema: StructuralSchema, isResource: boolean): DeclaredSize | undefined {
  if (schema['x-kubernetes-int-or-string']) return { maxElements: textLength(schema), minBytes: 1 }
  const whole = isResource ? withHead(schema) : schema
  switch (whole.type) {
    case 'array':
      return listSize(whole)
    case 'object':
      return typeof whole.additionalProperties === 'object'
        ? mapSize(whole, whole.additionalProperties)
        : objectSize(whole)
    case 'string':
      return textSize(whole)
    case 'boolean':
      return { maxElements: 0, minBytes: 4 }
    case 'number':
    case 'integer':
      return { maxElements: 0, minBytes: 1 }
    default:
      return undefined
  }
}

function nestedSize(schema: StructuralSchema): DeclaredSize | undefined {
  return declaredSize(schema, schema['x-kubernetes-embedded-resource'] === true)
}

function listSize({ items, maxItems }: StructuralSchema): DeclaredSize | undefined {
  const element = items && nestedSize(items)
  if (!element) return undefined
  const fitting = Math.floor((maxRequestBytes - 2) / (element.minBytes + 1))
  return { maxElements: Math.max(0, maxItems ?? fitting), minBytes: 2, element }
}

/** An entry takes at least a key, its quotes, a colon and a comma. */
function mapSize(
  { maxProperties }: StructuralSchema,
  additionalProperties: StructuralSchema,
): DeclaredSize | undefined {
  const element = nestedSize(additionalProperties)
  if (!element) return undefined
  const fitting = Math.floor((maxRequestBytes - 2) / (element.minBytes + 6))
  return { maxElements: Math.max(0, maxProperties ?? fitting), minBytes: 2, element, isMap: true }
}

function objectSize({ properties = {}, required = [] }: StructuralSchema): DeclaredSize {
  const fields = new Map<string, DeclaredSize>()
  let minBytes = 2
  for (const [name, property] of Object.entries(properties)) {
    const size = nestedSize(property)
    if (!size) continue
    const escaped = escapeFieldName(name)
    if (escaped !== undefined) fields.set(escaped, size)
    // a field with a default need not be sent
    if (required.includes(name) && property.default === undefined) {
      minBytes += Buffer.byteLength(name) + size.minBytes + 4
    }
  }
  return { maxElements: 0, minBytes, fields }
}

/** The fewest bytes of a text of the formats that rules see as something else. */
const minBytesOfFormat: Readonly<Record<string, number>> = { duration: 3, date: 12, 'date-time': 21 }
const maxLengthOfFormat: Readonly<Record<string, number>> = { duration: 32, date: 12, 'date-time': 32 }

function textSize(schema: StructuralSchema): DeclaredSize {
  const { format = '', maxLength } = schema
  const known = maxLengthOfFormat[format]
  if (known !== undefined) return { maxElements: known, minBytes: minBytesOfFormat[format] as number }
  if (format === 'byte' && maxLength !== undefined) {
    return { maxElements: Math.max(0, maxLength), minBytes: 2 }
  }
  return { maxElements: textLength(schema), minBytes: 2 }
}

function textLength(schema: StructuralSchema): number {
  const { maxLength, enum: allowed, format } = schema
  if (maxLength !== undefined) return Math.max(0, maxLength) * bytesPerCharacter
  if (allowed && allowed.length > 0 && format !== 'byte' && !schema['x-kubernetes-int-or-string']) {
    return Math.max(0, ...allowed.map((each) => (typeof each === 'string' ? Buffer.byteLength(each) : 0)))
  }
  return maxRequestBytes - 2
}

/** How often a value of the size can be in one request at most. */
export function maxOccurrences({ minBytes }: DeclaredSize): number {
  return Math.floor(maxRequestBytes / (minBytes + 1))
}

/** The size at a path of field names, `@items`, `@keys` and `@values` below the root. */
export function sizeAt(root: DeclaredSize, path: readonly string[]): DeclaredSize | undefined {
  let size: DeclaredSize | undefined = root
  for (const segment of path) {
    if (segment === '@items' || segment === '@values') size = size.element
    else if (segment === '@keys') size = size.isMap ? mapKey : undefined
    else size = size.fields?.get(segment)
    if (!size) return undefined
  }
  return size
}
