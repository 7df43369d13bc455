import { expect, test } from 'vitest'
import { createKindSet } from '../../src/registry/kind-set.ts'
import { documentOf, keptKindSets } from '../../src/server/discovery/kept-documents.ts'

test('documents stay in memory for the kind sets that were asked for last; others are built again', () => {
  let built = 0
  const ask = (kinds: ReturnType<typeof createKindSet>) =>
    documentOf(kinds, 'openapi/v2', () => ({ built: built++ }))
  const sets = Array.from({ length: keptKindSets + 1 }, () => createKindSet([]))
  const [first, second] = sets as [(typeof sets)[number], (typeof sets)[number]]
  for (const kinds of sets.slice(0, -1)) ask(kinds)
  const document = ask(first)
  ask(sets.at(-1) as typeof first)
  expect(built).toBe(keptKindSets + 1)
  expect(ask(first)).toBe(document)
  expect(built).toBe(keptKindSets + 1)
  ask(second)
  expect(built).toBe(keptKindSets + 2)
})
