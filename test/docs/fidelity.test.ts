import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Kind, storageVersion } from '../../src/registry/kind.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { kinds } from '../../src/schemas/index.ts'
import { everyField } from '../schemas/support/normal-form.ts'
import { additions, comparedKinds } from '../schemas/support/reference.ts'

const folder = resolve(import.meta.dirname, '../../docs')
const text = readFileSync(join(folder, 'fidelity.md'), 'utf8')
const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target as string)

const scenarios = resolve(folder, '../test/scenarios')
/** By folder, the more general ones first. */
const stories = readdirSync(scenarios, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort((left, right) => left.split('/').length - right.split('/').length || (left < right ? -1 : 1))

/** From here on the page is written by the test below. */
const firstWritten = '## Schemas in numbers'
const writtenByHand = text.slice(0, text.indexOf(firstWritten))

test('its last sections are what the schemas and the stories say; `npx vitest run test/docs -u` writes them', async () => {
  const page = [
    writtenByHand.trimEnd(),
    firstWritten,
    `Fields with a bound, a pattern, an enum or a default count as checked; rules are those in CEL. Every field has a
description of our own. What is compared with the deployed definition is the same, our additions aside.`,
    schemaTable(),
    '## Stories',
    'What a user types and what comes back, played against the server with kubectl: the thousand in `npm run test:long`, the others in every test run.',
    stories.map((name) => `- [${titleOf(name)}](../test/scenarios/${name})`).join('\n'),
  ].join('\n\n')
  await expect(`${page}\n`).toMatchFileSnapshot('../../docs/fidelity.md')
})

function schemaTable(): string {
  const rows = kinds
    .filter(({ origin }) => origin === 'custom')
    .map((kind: Kind) => {
      const { name } = storageVersion(kind)
      const kindName = kind.names.kind
      const schema = storageVersion(kind).schema()
      const fields = [...everyField(schema)]
      const checked = fields.filter(([, field]) => isChecked(field)).length
      const rules = countRules(schema)
      const compared = comparedKinds.includes(kindName) ? 'yes' : 'no'
      const ours = (additions[kindName] ?? []).map((field) => `\`${field}\``).join(', ')
      return `| ${kindName} | ${kind.group}/${name} | ${kind.scope} | ${fields.length} | ${checked} | ${rules} | ${compared} | ${ours} |`
    })
  const head = '| Kind | API | Scope | Fields | Checked | Rules | Compared | Our additions |'
  return `${head}\n| --- | --- | --- | ---: | ---: | ---: | --- | --- |\n${rows.join('\n')}`
}

/** Of fields and of items alike. */
function countRules(schema: unknown): number {
  if (typeof schema !== 'object' || schema === null) return 0
  return Object.entries(schema).reduce(
    (sum, [key, value]) => sum + (key === 'x-kubernetes-validations' ? value.length : countRules(value)),
    0,
  )
}

const checks = [
  'enum',
  'pattern',
  'format',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
]

function isChecked(field: StructuralSchema): boolean {
  return checks.some((check) => check in field)
}

function titleOf(name: string): string {
  return /^# (.+)$/m.exec(readFileSync(join(scenarios, name), 'utf8'))?.[1] ?? name
}

test('docs/fidelity.md names tests that there are', () => {
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((target) => !existsSync(join(folder, target)))).toEqual([])
})

test('every line but what is absent names what holds it', () => {
  const rows = writtenByHand
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| What |'))
  const unheld = rows.filter((row) => {
    const [, , how = '', held = ''] = row.split('|')
    return how.trim() !== 'absent' && !held.includes('](')
  })
  expect(unheld).toEqual([])
})

test('every story is the evidence for something', () => {
  const untold = stories.filter((name) => !writtenByHand.includes(`](../test/scenarios/${name})`))
  // The first one is the introduction to all the others.
  expect(untold).toEqual(['first-workload.md'])
})
