import { expect, test } from 'vitest'
import { tablesOf } from '../../bench/markdown.mjs'

test('a section is a table without the columns that it does not fill', () => {
  const text = tablesOf({
    node: 'v20.0.0',
    processor: 'some',
    cores: 2,
    date: '2026-01-02T03:04:05Z',
    rows: [
      { section: 'One', what: 'get', perSecond: 1234.5, spread: 0.05 },
      { section: 'Two', what: 'start', p50: 1.234, note: 'fast' },
    ],
  })
  expect(text).toBe(`Measured 2026-01-02 on 2 cores (some), Node.js v20.0.0.

**One**

| what | per second | spread |
| --- | --- | --- |
| get | 1235 | ±5 % |

**Two**

| what | p50 ms | note |
| --- | --- | --- |
| start | 1.23 | fast |`)
})
