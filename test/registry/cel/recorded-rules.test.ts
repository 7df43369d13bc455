import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatFieldError } from '../../../src/apimachinery/field-error.ts'
import { declaredSize } from '../../../src/registry/cel/cost/declared-sizes.ts'
import { viewOf } from '../../../src/registry/cel/schema-values.ts'
import { compileRule } from '../../../src/registry/rule-compilation.ts'
import { validateRules } from '../../../src/registry/rules.ts'
import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'

/** What rule-recorder took down from Kubernetes 1.34. */
interface Recording {
  rule: string
  fault?: string
  cost?: number
  errors?: string[]
}

const file = new URL('./recorded-rules.jsonl', import.meta.url)
const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
const { schema, value } = JSON.parse(head as string) as { schema: StructuralSchema; value: unknown }
const recordings = lines.map((line) => JSON.parse(line) as Recording)

function observe(rule: string): Recording {
  const ruled: StructuralSchema = { ...schema, 'x-kubernetes-validations': [{ rule }] }
  const view = viewOf(ruled, false)
  const size = declaredSize(ruled, false)
  if (!view || !size) throw new Error('rules cannot see the schema')
  const { fault, cost } = compileRule({ rule }, ruled, view.type, size)
  if (fault !== undefined) return { rule, fault }
  const old = rule.includes('oldSelf') ? { x: value } : undefined
  const errors = validateRules({ type: 'object', properties: { x: ruled } }, { x: value }, old)
  return { rule, cost, ...(errors.length > 0 ? { errors: errors.map(formatFieldError) } : {}) }
}

/** Refused as in Kubernetes, but in fewer or other words: how a parser goes on after a fault, and details of URLs. */
const otherwiseTold = new Set([
  ...[
    "self.s == 'abc",
    'self.s == "a\\q"',
    'self.in==1',
    'f(',
    '{',
    'self[',
    '#',
    '|| self.b',
    'self.b ? : 1',
  ],
  ...['self.i === 1', 'self.i = 1', 'self.i & 1', 'self.i | 1', "'\\q' == 'q'", '1_000 == 1000', '0xg == 1'],
  "authorizer.group('').resource('pods').check('get').allowed()",
  'self.ios.size() == 1',
  "url('http://[x')==url('/')",
])

test.each(recordings.map((recording) => [recording.rule, recording] as const))(
  'compiles, costs and answers as in Kubernetes: %s',
  (rule, recording) => {
    const observed = observe(rule)
    if (!otherwiseTold.has(rule)) expect(observed).toEqual(recording)
    else {
      expect(observed).not.toEqual(recording)
      expect(Object.keys(observed)).toEqual(Object.keys(recording))
    }
  },
)
