import { getOrInsert } from '../../apimachinery/get-or-insert.ts'
import type { InstanceTemplate } from '../../schemas/compute/instance-template.ts'

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Templates of stored objects are asked about in every pass, and nobody changes them: they are frozen. */
const known = new WeakMap<InstanceTemplate, string>()

/** Tells templates apart: a 32-bit FNV-1a hash in Kubernetes' safe alphabet, the same whatever the order of fields. */
export function templateHash(template: InstanceTemplate): string {
  return Object.isFrozen(template)
    ? getOrInsert(known, template, () => contentHash(template))
    : contentHash(template)
}

/** The same for any value of JSON. */
export function contentHash(content: unknown): string {
  const text = JSON.stringify(content, sortFields) ?? ''
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  const digits = String(hash >>> 0)
  return Array.from(digits, (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}

function sortFields(_field: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}
