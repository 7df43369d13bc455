import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openApiDocuments } from '../../../scripts/openapi-documents.ts'

const folder = new URL('../../../openapi/', import.meta.url)
const documents = openApiDocuments()

test.each([...documents.keys()])('openapi/%s is what the kinds make it (else: npm run openapi)', (file) => {
  expect(readFileSync(new URL(file, folder), 'utf8') === documents.get(file)).toBe(true)
})

test('openapi/ holds nothing else', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  )
  expect(files.sort()).toEqual([...documents.keys()].sort())
})
