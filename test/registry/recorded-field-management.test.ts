import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../../src/apimachinery/object.ts'
import { applyMerge } from '../../src/registry/apply.ts'
import { trackUpdate } from '../../src/registry/managed-fields.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

/** What field-management-recorder took down from the field manager of Kubernetes 1.34. */
interface Step {
  operation: 'apply' | 'update'
  manager: string
  subresource?: string
  force?: boolean
  object: KubernetesObject
  result: { object: KubernetesObject } | { message: string; causes?: { message: string; field: string }[] }
}

const file = new URL('./recorded-field-management.jsonl', import.meta.url)
const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
const { schema } = JSON.parse(head as string) as { schema: StructuralSchema }
const scenarios = lines.map((line) => JSON.parse(line) as Step[])

function play(step: Step, live: KubernetesObject | undefined): KubernetesObject {
  const common = {
    schema,
    manager: step.manager,
    apiVersion: 'example.com/v1',
    subresource: step.subresource,
    hasStatusSubresource: true,
    time: '2026-01-01T00:00:00Z',
  }
  if (step.operation === 'apply') {
    const entries = live?.metadata.managedFields
    return applyMerge({ ...common, live, applied: step.object, entries, force: step.force ?? false }).object
  }
  const { managedFields: entries, ...metadata } = step.object.metadata
  const managedFields = trackUpdate({ ...common, before: live, after: step.object, entries })
  return {
    ...step.object,
    metadata: { ...metadata, ...(managedFields.length > 0 ? { managedFields } : {}) },
  }
}

/** Entries in an order that does not depend on when they were made, with whether they have a time. */
function comparable(object: KubernetesObject) {
  const { managedFields = [], ...metadata } = object.metadata
  const key = (entry: ManagedFieldsEntry) =>
    JSON.stringify([entry.manager, entry.operation, entry.subresource, entry.apiVersion])
  const entries = managedFields
    .toSorted((left, right) => (key(left) < key(right) ? -1 : 1))
    // As text: the order of elements is part of what is compared.
    .map(({ time, fieldsV1, ...entry }) => ({
      ...entry,
      timed: Boolean(time),
      fields: JSON.stringify(fieldsV1),
    }))
  return { ...object, metadata, entries }
}

const sorted = (text: string) => text.split('\n').sort()

describe('the same writes lead to the same objects, books and refusals as on a real server', () => {
  test.each(scenarios.map((scenario, index) => [index, scenario] as const))(
    'scenario %i',
    (_index, scenario) => {
      let live: KubernetesObject | undefined
      for (const step of scenario) {
        deepFreeze(live)
        deepFreeze(step.object)
        if ('object' in step.result) {
          live = play(step, live)
          expect(comparable(live)).toEqual(comparable(step.result.object))
          continue
        }
        const { message, causes } = step.result
        let refusal: unknown
        try {
          play(step, live)
        } catch (error) {
          refusal = error
        }
        expect(refusal).toBeInstanceOf(StatusError)
        const { status } = refusal as StatusError
        // Managers come in no order there.
        expect(sorted(status.message ?? '')).toEqual(sorted(message))
        if (causes) {
          const texts = (list: readonly object[]) =>
            list.map((each) => JSON.stringify(Object.entries(each).sort())).sort()
          expect(texts(status.details?.causes ?? [])).toEqual(texts(causes))
        }
      }
    },
  )
})

test('the recording covers conflicts, refusals and both operations', () => {
  const steps = scenarios.flat()
  const refusals = steps.filter(({ result }) => 'message' in result)
  expect(steps.length).toBeGreaterThan(200)
  expect(refusals.filter(({ result }) => 'causes' in result).length).toBeGreaterThan(20)
  expect(steps.filter(({ operation }) => operation === 'update').length).toBeGreaterThan(50)
})
