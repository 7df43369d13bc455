import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const folder = resolve(import.meta.dirname, '../../docs')
const text = readFileSync(join(folder, 'fidelity.md'), 'utf8')
const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target as string)

test('docs/fidelity.md names tests that there are', () => {
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((target) => !existsSync(join(folder, target)))).toEqual([])
})

test('every line but what is absent names what holds it', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| What |'))
  const unheld = rows.filter((row) => {
    const [, , how = '', held = ''] = row.split('|')
    return how.trim() !== 'absent' && !held.includes('](')
  })
  expect(unheld).toEqual([])
})

test('every story is the evidence for something', () => {
  const scenarios = resolve(folder, '../test/scenarios')
  const stories = readdirSync(scenarios, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )
  const untold = stories.filter(
    (name) => !targets.includes(`../test/scenarios/${name.replaceAll('\\', '/')}`),
  )
  // The first one is the introduction to all the others.
  expect(untold).toEqual(['first-workload.md'])
})
