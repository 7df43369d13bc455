import { expect, test } from 'vitest'
import { createReconcilers, reconcilerNames } from '../../src/reconcilers/index.ts'

const planes = { start: async () => {}, empty: async () => {} }
const names = (without: string[]) => createReconcilers({ planes, without }).map(({ name }) => name)

test('every reconciler is called what switches it off, and the project is always there', () => {
  expect(names([])).toEqual(['project', ...reconcilerNames])
  expect(names(['all'])).toEqual(['project'])
  expect(names(['workload', 'provider-instance'])).toEqual(
    ['project', ...reconcilerNames].filter((name) => name !== 'workload' && name !== 'provider-instance'),
  )
})

test('a name that there is not, a pool that is none and a pattern that is none are refused', () => {
  expect(() => names(['workloads'])).toThrow('no reconciler is called workloads; there are organization, ')
  expect(() => createReconcilers({ planes, externalPool: '198.18.0.1/15' })).toThrow(RangeError)
  expect(() => createReconcilers({ planes, failImages: ['('] })).toThrow(SyntaxError)
})
