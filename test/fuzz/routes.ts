import { readFileSync } from 'node:fs'
import type { Chance } from './chance.ts'

const document = JSON.parse(
  readFileSync(new URL('../../openapi/v2.json', import.meta.url), 'utf8'),
) as OpenApiDocument

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly definitions: Readonly<Record<string, Schema>>
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly 'x-kubernetes-group-version-kind'?: {
    readonly group: string
    readonly version: string
    readonly kind: string
  }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly type?: string
  readonly schema?: Schema
}

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly 'x-kubernetes-int-or-string'?: boolean
}

/** One thing that the document says can be asked. */
export interface Route {
  readonly method: string
  /** With `{name}` and `{namespace}` in it. */
  readonly path: string
  readonly query: readonly Parameter[]
  readonly body: Schema | undefined
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string } | undefined
}

export const routes: readonly Route[] = Object.entries(document.paths).flatMap(([path, operations]) => {
  const shared = (operations.parameters as unknown as readonly Parameter[] | undefined) ?? []
  return Object.entries(operations)
    .filter(([method]) => method !== 'parameters')
    .map(([method, operation]): Route => {
      const parameters = [...shared, ...(operation.parameters ?? [])]
      return {
        method: method.toUpperCase(),
        path,
        query: parameters.filter((each) => each.in === 'query'),
        body: parameters.find((each) => each.in === 'body')?.schema,
        kind: operation['x-kubernetes-group-version-kind'],
      }
    })
})

export const names = ['one', 'two', 'three'] as const

/** A value that fits the schema as far as its types go. */
export function sampleOf(schema: Schema, chance: Chance, depth = 0): unknown {
  if (schema.$ref !== undefined) {
    const target = document.definitions[schema.$ref.slice('#/definitions/'.length)]
    return target ? sampleOf(target, chance, depth + 1) : {}
  }
  if (schema.enum) return chance.pick(schema.enum)
  if (schema['x-kubernetes-int-or-string']) return chance.pick([80, 'http', '50%'])
  switch (schema.type) {
    case 'string':
      return stringOf(schema.format, chance)
    case 'integer':
      return (schema.minimum ?? 0) + chance.between(0, 5)
    case 'number':
      return chance.pick([0, 0.5, 1])
    case 'boolean':
      return chance.once(2)
    case 'array':
      return depth > 8 || !schema.items
        ? []
        : Array.from({ length: chance.between(0, 3) }, () =>
            sampleOf(schema.items as Schema, chance, depth + 1),
          )
    default:
      return objectOf(schema, chance, depth)
  }
}

function objectOf(schema: Schema, chance: Chance, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(schema.properties ?? {})
    .filter(([name]) => schema.required?.includes(name) || (depth < 8 && chance.once(depth < 2 ? 2 : 3)))
    .map(([name, property]) => [name, sampleOf(property, chance, depth + 1)])
  if (typeof schema.additionalProperties === 'object' && chance.once(2)) {
    entries.push([chance.pick(names), sampleOf(schema.additionalProperties, chance, depth + 1)])
  }
  return Object.fromEntries(entries)
}

function stringOf(format: string | undefined, chance: Chance): string {
  switch (format) {
    case 'date-time':
      return '2026-01-01T00:00:00Z'
    case 'byte':
      return 'eA=='
    default:
      return chance.pick([
        'one',
        'two',
        'x',
        '10.0.0.0/8',
        'Auto',
        'IPv4',
        '1',
        '10Mi',
        'DFW',
        'datumcloud/d1-standard-2',
        'a.b.c',
      ])
  }
}
