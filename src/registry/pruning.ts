import type { StructuralSchema } from './structural-schema.ts'

/**
 * Drops the fields that the schema does not know, in place, and returns their paths, sorted: `spec.foo`,
 * `spec.items[0].bar`. `x-kubernetes-preserve-unknown-fields` keeps what is unknown at its level (known fields below it
 * are pruned all the same); `apiVersion`, `kind` and `metadata` of the object and of embedded ones are always known.
 * What is frozen is shared with an object that has been pruned already, and is not looked into.
 */
export function prune(schema: StructuralSchema, object: Readonly<Record<string, unknown>>): string[] {
  const unknown: string[] = []
  prunerOf(schema, true)(object, '', unknown)
  return unknown.sort()
}

/** Prunes a value that is not a whole object: how the pruning of defaults is checked. */
export function pruneValue(schema: StructuralSchema, value: unknown): string[] {
  const unknown: string[] = []
  prunerOf(schema, false)(value, '', unknown)
  return unknown.sort()
}

type Pruner = (value: unknown, path: string, unknown: string[]) => void

const rootPruners = new WeakMap<StructuralSchema, Pruner>()
const nestedPruners = new WeakMap<StructuralSchema, Pruner>()

const headFields = new Set(['apiVersion', 'kind', 'metadata'])
const noFields = new Set<string>()

function prunerOf(schema: StructuralSchema, isRoot: boolean): Pruner {
  const cache = isRoot ? rootPruners : nestedPruners
  let pruner = cache.get(schema)
  if (!pruner) {
    pruner = compilePruner(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true)
    cache.set(schema, pruner)
  }
  return pruner
}

/** Where nothing is known about a value, its scalars stay and the fields of its objects go. */
const pruneEverything: Pruner = (value, path, unknown) => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      pruneEverything(value[index], `${path}[${index}]`, unknown)
    return
  }
  const fields = value as Record<string, unknown>
  for (const name of Object.keys(fields)) {
    unknown.push(path === '' ? name : `${path}.${name}`)
    delete fields[name]
  }
}

function compilePruner(schema: StructuralSchema, hasHead: boolean): Pruner {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true
  const kept = hasHead ? headFields : noFields
  const properties = new Map<string, Pruner>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!kept.has(name)) properties.set(name, prunerOf(property, false))
  }
  const { additionalProperties } = schema
  const rest =
    typeof additionalProperties === 'object'
      ? prunerOf(additionalProperties, false)
      : additionalProperties === true && !preserves
        ? pruneEverything
        : undefined
  const item = schema.items ? prunerOf(schema.items, false) : preserves ? undefined : pruneEverything
  return (value, path, unknown) => {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
    if (Array.isArray(value)) {
      if (!item) return
      for (let index = 0; index < value.length; index++) {
        const each: unknown = value[index]
        if (typeof each === 'object' && each !== null) item(each, `${path}[${index}]`, unknown)
      }
      return
    }
    const fields = value as Record<string, unknown>
    for (const name of Object.keys(fields)) {
      if (kept.has(name)) continue
      const known = properties.get(name) ?? rest
      if (known) {
        const member = fields[name]
        if (typeof member === 'object' && member !== null) {
          known(member, path === '' ? name : `${path}.${name}`, unknown)
        }
      } else if (!preserves) {
        unknown.push(path === '' ? name : `${path}.${name}`)
        delete fields[name]
      }
    }
  }
}
