import { type FieldError, invalid } from '../apimachinery/field-error.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { ScaleSubresource } from './kind.ts'

const largestReplicas = 2 ** 31 - 1

/** Faults of the fields that a kind with a `scale` shows as its Scale. A real server keeps the dot before their paths. */
export function validateScale(
  scale: ScaleSubresource,
  object: KubernetesObject,
  part: 'object' | 'status',
): FieldError[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  return [
    ...(part === 'object' ? validateReplicas(object, specReplicasPath) : []),
    ...validateReplicas(object, statusReplicasPath),
    ...(labelSelectorPath === undefined ? [] : validateSelector(object, labelSelectorPath)),
  ]
}

function validateReplicas(object: KubernetesObject, path: string): FieldError[] {
  const read = readAt(object, path)
  if ('fault' in read) return [invalid(path, 0, read.fault)]
  const { value } = read
  if (value === undefined) return []
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return [invalid(path, 0, accessorFault(path, value, 'int64'))]
  }
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')]
  return value > largestReplicas
    ? [invalid(path, value, `should be less than or equal to ${largestReplicas}`)]
    : []
}

function validateSelector(object: KubernetesObject, path: string): FieldError[] {
  const read = readAt(object, path)
  if ('fault' in read) return [invalid(path, '', read.fault)]
  const { value } = read
  return value === undefined || typeof value === 'string'
    ? []
    : [invalid(path, '', accessorFault(path, value, 'string'))]
}

function readAt(object: KubernetesObject, path: string): { value: unknown } | { fault: string } {
  const fields = path.split('.').filter((field) => field !== '')
  let value: unknown = object
  for (const [index, field] of fields.entries()) {
    if (value === null) return { value: undefined }
    if (typeof value !== 'object' || Array.isArray(value)) {
      return {
        fault: accessorFault(`.${fields.slice(0, index).join('.')}`, value, 'map[string]interface {}'),
      }
    }
    if (!Object.hasOwn(value as object, field)) return { value: undefined }
    value = (value as Record<string, unknown>)[field]
  }
  return { value }
}

/** In Go's words for values and their types. */
function accessorFault(path: string, value: unknown, expected: string): string {
  return `${path} accessor error: ${shown(value)} is of the type ${goType(value)}, expected ${expected}`
}

function shown(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value as object).sort(([left], [right]) => (left < right ? -1 : 1))
  return `map[${entries.map(([key, inner]) => `${key}:${shown(inner)}`).join(' ')}]`
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    case 'boolean':
      return 'bool'
    default:
      return typeof value
  }
}
