import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  faultOfLimit,
  formatLimit,
  limitDefinitions,
  limitName,
  readLimits,
} from '../../src/cli/limit-option.ts'
import { type ControlPlaneLimits, defaultControlPlaneLimits } from '../../src/limits.ts'

const names = Object.keys(defaultControlPlaneLimits) as (keyof ControlPlaneLimits)[]

describe('--limit', () => {
  test('takes sizes and times with their units, and the last value of a name', () => {
    expect(readLimits(['body-bytes=1Mi', 'request-timeout=10s', 'connections=7', 'body-bytes=2Ki'])).toEqual({
      bodyBytes: 2048,
      requestTimeout: 10_000,
      connections: 7,
    })
  })

  test.each([
    ['connections', '"connections" is not name=value'],
    ['conections=7', 'there is no bound "conections"; docs/reliability.md lists them'],
    ['__proto__=7', 'there is no bound "__proto__"; docs/reliability.md lists them'],
    ['connections=0', 'connections: "0" is not a whole number from 1'],
    ['connections=1Ki', 'connections: "1Ki" is not a whole number from 1'],
    ['body-bytes=-1', 'body-bytes: "-1" is not a whole number from 1 (or with Ki, Mi, Gi)'],
    ['idle-timeout=1d', 'idle-timeout: "1d" is not a whole number from 1 (or with ms, s, m, h)'],
    [
      'body-bytes=999999999999999Gi',
      'body-bytes: "999999999999999Gi" is not a whole number from 1 (or with Ki, Mi, Gi)',
    ],
  ])('refuses %s', (text, message) => {
    expect(faultOfLimit(text)).toBe(message)
  })

  test('reads every default as it is written', () => {
    for (const name of names) {
      const text = `${limitName(name)}=${formatLimit(name, defaultControlPlaneLimits[name])}`
      expect(faultOfLimit(text), text).toBeUndefined()
      expect(readLimits([text]), text).toEqual({ [name]: defaultControlPlaneLimits[name] })
    }
  })

  test('is told in docs/reliability.md, bound by bound, with the defaults', () => {
    const document = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8')
    const table = document.slice(document.indexOf('| Bound |'))
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2)
    expect(rows).toEqual(
      names.map(
        (name) =>
          `| \`${limitName(name)}\` | ${formatLimit(name, defaultControlPlaneLimits[name])} | ${limitDefinitions[name].help} |`,
      ),
    )
  })
})
