import fc from 'fast-check'
import { expect } from 'vitest'
import type { DatumLocal } from '../../../src/testing/index.ts'
import { type PlaneApi, projectApi, Refused } from '../../support/plane-api.ts'
import { projectPath } from '../../support/program.ts'

/** A namespace of its own with ConfigMaps that a run writes to. */
export interface Collection {
  readonly api: PlaneApi
  /** Behind the plane. */
  readonly path: string
  readonly url: string
}

export async function createCollection(datum: DatumLocal): Promise<Collection> {
  const api = projectApi(datum)
  const { metadata } = await api.create('/api/v1/namespaces', { metadata: { generateName: 'law-' } })
  const path = `/api/v1/namespaces/${metadata.name}/configmaps`
  return { api, path, url: `${datum.httpUrl}${projectPath}${path}` }
}

/** What a writer does, one thing after the other. */
export interface Operation {
  readonly verb: 'create' | 'patch' | 'delete'
  readonly name: string
  readonly tier: 'one' | 'two'
  readonly value: number
}

export const operation: fc.Arbitrary<Operation> = fc.record({
  verb: fc.constantFrom('create', 'patch', 'patch', 'delete'),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  tier: fc.constantFrom('one', 'two'),
  value: fc.nat({ max: 3 }),
})

/** Does it; that somebody else was first is part of the game, and nothing else is. */
export async function perform(
  { api, path }: Collection,
  { verb, name, tier, value }: Operation,
): Promise<void> {
  const body = { metadata: { name, labels: { tier } }, data: { value: String(value) } }
  try {
    if (verb === 'create') await api.create(path, body)
    else if (verb === 'patch') await api.patch(`${path}/${name}`, body)
    else await api.remove(`${path}/${name}`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    expect([404, 409]).toContain(error.code)
  }
}
