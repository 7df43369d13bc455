import { describe, expect, it } from 'vitest'
import { kinds } from '../../src/schemas/index.ts'
import { everyField } from './support/normal-form.ts'

const versions = kinds.flatMap((kind) =>
  [...kind.versions, ...(kind.aliases ?? []).flatMap(({ definition }) => definition ?? [])].map(
    (version) => ({
      kind,
      version,
      name: `${kind.names.kind} ${version.name}`,
    }),
  ),
)

describe('descriptions', () => {
  it.each(versions)('$name has one for every field', ({ version }) => {
    const schema = version.schema()
    const bare = [...everyField(schema)].filter(([, field]) => !field.description).map(([path]) => path)
    expect(bare).toEqual([])
    expect(schema.description).toBeTruthy()
  })

  it.each(versions)('$name makes its schema once', ({ version }) => {
    expect(version.schema()).toBe(version.schema())
  })
})
