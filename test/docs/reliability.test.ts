import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const document = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
const rows = document.split('\n').filter((line) => line.startsWith('| ') && line.includes('](../test/'))

test('every promise names a file of tests, and a test in it', () => {
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) {
    const [, file, sentence] = /\]\(\.\.\/(test\/[^)]+)\): “([^”]+)” \|$/.exec(row) ?? []
    expect(file, row).toBeDefined()
    expect(readFileSync(join(root, file as string), 'utf8'), row).toContain(sentence)
  }
})
