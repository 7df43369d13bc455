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
  const text = canonicalText(content)
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  const digits = String(hash >>> 0)
  return Array.from(digits, (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}

/** JSON with the fields of every object in order. */
function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  const fields = value as Readonly<Record<string, unknown>>
  const present = Object.keys(fields).filter((name) => fields[name] !== undefined)
  const members = present.sort().map((name) => `${JSON.stringify(name)}:${canonicalText(fields[name])}`)
  return `{${members.join(',')}}`
}
