import { expect, test } from 'vitest'
import { Ledger } from './ledger.ts'

test('the ledger allows what was acknowledged or asked for since, and nothing else', () => {
  const ledger = new Ledger()
  ledger.ask('a', 1)
  ledger.acknowledge('a', 1, 5)
  ledger.ask('a', 2)
  ledger.ask('b', 1)
  ledger.acknowledge('b', 1, 6)
  expect(ledger.newest).toBe(6)
  const sameWith = (...entries: [string, number][]) => {
    const copy = new Ledger()
    copy.ask('a', 1)
    copy.acknowledge('a', 1, 5)
    copy.ask('a', 2)
    copy.ask('b', 1)
    copy.acknowledge('b', 1, 6)
    return copy.compare(new Map(entries))
  }
  expect(sameWith(['a', 1], ['b', 1])).toEqual([])
  expect(sameWith(['a', 2], ['b', 1])).toEqual([])
  expect(sameWith(['a', 3], ['b', 1])).toEqual(['a is 3, not 1 or 2'])
  expect(sameWith(['a', 1])).toEqual(['b is undefined, not 1'])
  expect(sameWith(['a', 1], ['b', 1], ['c', 1])).toEqual(['c is 1, not undefined'])
})
