import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileRules } from '../../src/registry/rule-check.ts'
import { validateRules } from '../../src/registry/rules.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { type RuleCase, ruleCases, type Trial } from './reference-rules-cases.ts'

function faults({ rule, schema }: RuleCase, { value, old }: Trial): string[] {
  const spec = { ...schema, 'x-kubernetes-validations': [{ rule, message: 'refused' }] }
  const root: StructuralSchema = { type: 'object', properties: { spec } }
  // the bounds that keep the estimate of the costs low are left out here
  const beside = ({ message }: { message: string }) => !message.includes('estimated rule cost')
  expect(compileRules(root, 'schema').filter(beside)).toEqual([])
  return validateRules(root, { spec: value }, old === undefined ? undefined : { spec: old }).map(
    ({ message }) => message,
  )
}

describe.each(ruleCases.map((each) => [each.rule, each] as const))('%s', (_, each) => {
  test.each(each.admits.map((trial) => [JSON.stringify(trial).slice(0, 100), trial] as const))(
    'admits %s',
    (_, trial) => {
      expect(faults(each, trial)).toEqual([])
    },
  )

  test.each(each.refuses.map((trial) => [JSON.stringify(trial).slice(0, 100), trial] as const))(
    'refuses %s',
    (_, trial) => {
      expect(faults(each, trial)).toEqual([`Invalid value: ${JSON.stringify(each.schema.type)}: refused`])
    },
  )
})

const folder = new URL('../../../shared/reference/crds/', import.meta.url)

describe.skipIf(!existsSync(folder))(
  'the deployed definitions (skipped where ../shared/reference/crds is not there)',
  () => {
    const squeezed = (rule: string) => rule.replaceAll(/\s+/g, ' ').trim()
    const known = new Set(ruleCases.map(({ rule }) => squeezed(rule)))

    function* rulesOf(value: unknown): IterableIterator<string> {
      if (typeof value !== 'object' || value === null) return
      for (const [key, member] of Object.entries(value)) {
        if (key === 'x-kubernetes-validations')
          for (const { rule } of member as { rule: string }[]) yield squeezed(rule)
        else yield* rulesOf(member)
      }
    }

    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
    test.each(files)('%s has no rule that is not exercised here', (file) => {
      const rules = [...rulesOf(parse(readFileSync(new URL(file, folder), 'utf8')))]
      expect(rules.filter((rule) => !known.has(rule))).toEqual([])
    })
  },
)
