// Writes the figures of a run into docs/performance.md, between the marks: `npm run bench -- --json FILE`, then
// `node bench/document.mjs FILE [NAME]`; NAME is that of the marks (default `beside`).
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tablesOf } from './markdown.mjs'

const [file, name = 'beside'] = process.argv.slice(2)
if (!file) {
  console.error('usage: node bench/document.mjs FILE [NAME]')
  process.exit(2)
}
const document = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'performance.md')
const text = readFileSync(document, 'utf8')
const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
const from = text.indexOf(begin)
const to = text.indexOf(end)
if (from === -1 || to === -1) throw new Error(`docs/performance.md has no marks ${begin} and ${end}`)
const tables = tablesOf(JSON.parse(readFileSync(file, 'utf8')))
writeFileSync(document, `${text.slice(0, from + begin.length)}\n\n${tables}\n\n${text.slice(to)}`)
