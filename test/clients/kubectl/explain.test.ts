import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlPlaneName, controlPlanePath } from '../../../src/server/kubeconfig.ts'
import { hasKubectl, type KubectlSession, startKubectlSession } from '../support/kubectl.ts'

interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string
    readonly version: string
    readonly kind: string
  }[]
}

/** A kind as the document of its version describes it. */
interface Described {
  /** As kubectl is asked for it. */
  readonly words: readonly string[]
  readonly name: string
  readonly schema: Schema
  readonly components: Readonly<Record<string, Schema>>
}

/** A field with the names on the way to it. */
interface Field {
  readonly path: readonly string[]
  readonly description: string
}

describe.runIf(hasKubectl)('kubectl explain, asked for all that is served', () => {
  let session: KubectlSession
  let kinds: readonly Described[]

  beforeAll(async () => {
    session = await startKubectlSession()
    const { project } = session.datum
    const found = [
      ...(await servedKinds({ sort: 'root' })),
      ...(await servedKinds({ sort: 'project', name: project ?? '' })),
    ]
    kinds = [...new Map(found.map((kind) => [kind.name, kind])).values()]
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  async function servedKinds(plane: ControlPlaneName): Promise<Described[]> {
    const config = session.write(plane.sort, await session.datum.kubeconfigFor(plane, { http: true }))
    const ask = async <T>(path: string): Promise<T> =>
      (await (await fetch(session.datum.httpUrl + controlPlanePath(plane) + path)).json()) as T

    const { paths } = await ask<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3')
    const versions = Object.entries(paths).filter(([path]) => /^api\/v1$|^apis\/[^/]+\/[^/]+$/.test(path))
    const found = versions.map(async ([path, { serverRelativeURL }]): Promise<Described[]> => {
      const { components } = await ask<{ components: { schemas: Record<string, Schema> } }>(serverRelativeURL)
      const { resources } = await ask<{ resources: { name: string; kind: string }[] }>(`/${path}`)
      const apiVersion = path.replace(/^apis?\//, '')
      return resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind }) => ({
          words: ['--kubeconfig', config, `--api-version=${apiVersion}`],
          name: `${name} ${apiVersion}`,
          schema: schemaOf(components.schemas, apiVersion, kind),
          components: components.schemas,
        }))
    })
    return (await Promise.all(found)).flat()
  }

  /** Asks kubectl for each kind, a few at a time. */
  async function ofEach<T>(question: (kind: Described) => Promise<T>): Promise<Record<string, T>> {
    const answers: [string, T][] = []
    const left = [...kinds]
    const ask = async () => {
      for (let kind = left.shift(); kind; kind = left.shift()) answers.push([kind.name, await question(kind)])
    }
    await Promise.all([ask(), ask(), ask()])
    return Object.fromEntries(answers.sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  test('--recursive shows every field of every kind, and no other', async () => {
    const shown = await ofEach(async ({ words, name }) =>
      shownFields(await session.run([...words, 'explain', '--recursive', plural(name)])),
    )
    const described = Object.fromEntries(
      kinds.map((kind) => [kind.name, fieldsOf(kind).map(({ path }) => path.join('.'))]),
    )
    expect(Object.keys(shown).length).toBeGreaterThan(25)
    expect(shown).toEqual(described)
    for (const fields of Object.values(shown)) expect(fields).toContain('metadata.managedFields.fieldsV1')
  }, 120_000)

  test('reaches the deepest field of every kind, and shows its description', async () => {
    const asked = await ofEach(async (kind) => {
      const { path, description } = deepest(fieldsOf(kind))
      const printed = await session.run([...kind.words, 'explain', [plural(kind.name), ...path].join('.')])
      expect(printed).toContain(`\nFIELD: ${path.at(-1)} <`)
      expect(description).not.toBe('')
      expect(flowing(printed)).toContain(`DESCRIPTION: ${flowing(description)}`)
    })
    expect(Object.keys(asked).length).toBeGreaterThan(25)
  }, 120_000)
})

function plural(name: string): string {
  return name.replace(/ .*/, '')
}

function schemaOf(components: Record<string, Schema>, apiVersion: string, kind: string): Schema {
  const schema = Object.values(components).find((each) =>
    each['x-kubernetes-group-version-kind']?.some(
      (one) => one.kind === kind && apiVersion === [one.group, one.version].filter(Boolean).join('/'),
    ),
  )
  if (schema === undefined) throw new Error(`no schema describes ${kind} of ${apiVersion}`)
  return schema
}

/** Every field, in the order in which kubectl shows them. */
function fieldsOf({ schema, components }: Described): Field[] {
  const properties = (each: Schema): Readonly<Record<string, Schema>> => {
    const { $ref, allOf = [], items, additionalProperties } = each
    if (each.properties) return each.properties
    if ($ref) return properties(components[$ref.replace('#/components/schemas/', '')] ?? {})
    if (items) return properties(items)
    if (typeof additionalProperties === 'object') return properties(additionalProperties)
    return Object.assign({}, ...allOf.map(properties))
  }
  const visit = (each: Schema, path: readonly string[]): Field[] =>
    Object.entries(properties(each))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([name, field]) => [
        { path: [...path, name], description: field.description ?? '' },
        ...visit(field, [...path, name]),
      ])
  return visit(schema, [])
}

function deepest(fields: readonly Field[]): Field {
  return fields.reduce((deep, field) => (field.path.length > deep.path.length ? field : deep))
}

/** The paths that the tree of `--recursive` shows. */
function shownFields(printed: string): string[] {
  const path: string[] = []
  return printed
    .slice(printed.indexOf('\nFIELDS:\n'))
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', name = ''] = /^((?: {2})+)(\S+)\t</.exec(line) ?? []
      if (name === '') return []
      path.splice(indent.length / 2 - 1, Number.POSITIVE_INFINITY, name)
      return path.join('.')
    })
}

/** Without the line breaks and indents that kubectl puts in. */
function flowing(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
