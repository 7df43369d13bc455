import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js'
import {
  CelList,
  CelTypeValue,
  CelUint,
  type CelValue,
  LiteralMap,
} from '../../../src/registry/cel/values.ts'

/** One case of the public CEL conformance suite, in our own values. */
export interface ConformanceCase {
  readonly name: string
  readonly expression: string
  readonly bindings: ReadonlyMap<string, CelValue>
  /** False where the suite itself says that the checker would object. */
  readonly checkable: boolean
  /** Absent where an error is expected. */
  readonly expected: { readonly value: CelValue } | undefined
}

/**
 * Suites about what Kubernetes does not have: protobuf messages, other extensions, containers, checks by themselves.
 */
const otherSuites = new Set([
  'bindings_ext',
  'block_ext',
  'dynamic',
  'encoders_ext',
  'enums',
  'fields',
  'math_ext',
  'namespace',
  'network_ext',
  'proto2',
  'proto2_ext',
  'proto3',
  'type_deduction',
  'unknowns',
  'wrappers',
])

/** Kubernetes has an earlier version of the string extension, which formats numbers, lists and maps otherwise. */
const laterStrings =
  /^string_ext\/(format|format_errors)\/|^string_ext\/value_errors\/(last)?indexof_out_of_range$/

class NotOurs extends Error {}

function fromSpec(value: Value | undefined): CelValue {
  const kind = value?.kind
  switch (kind?.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value
    case 'uint64Value':
      return new CelUint(kind.value)
    case 'typeValue':
      return new CelTypeValue(kind.value)
    case 'listValue':
      return new CelList(kind.value.values.map(fromSpec))
    case 'mapValue':
      return new LiteralMap(
        kind.value.entries.map((entry) => [fromSpec(entry.key), fromSpec(entry.value)] as const),
      )
    default:
      throw new NotOurs()
  }
}

type Suite = ReturnType<typeof getConformanceSuite>
type Test = NonNullable<Suite['tests']>[number]

function caseOf(test: Test, name: string): ConformanceCase | undefined {
  const { original } = test
  if (original.container !== '' || /google\.protobuf|cel\.expr|TestAllTypes|proto/.test(original.expr))
    return undefined
  const { resultMatcher } = original
  try {
    const bindings = new Map<string, CelValue>()
    for (const [variable, bound] of Object.entries(original.bindings)) {
      if (bound.kind.case !== 'value') return undefined
      bindings.set(variable, fromSpec(bound.kind.value))
    }
    const common = { name, expression: original.expr, bindings, checkable: !original.disableCheck }
    switch (resultMatcher.case) {
      case 'value':
        return { ...common, expected: { value: fromSpec(resultMatcher.value) } }
      case undefined:
        return { ...common, expected: { value: true } }
      case 'evalError':
        return { ...common, expected: undefined }
      default:
        return undefined
    }
  } catch (error) {
    if (error instanceof NotOurs) return undefined
    throw error
  }
}

function* casesOf(suite: Suite, path: string): IterableIterator<ConformanceCase> {
  for (const test of suite.tests ?? []) {
    const each = caseOf(test, `${path}/${test.name}`)
    if (each && !laterStrings.test(each.name)) yield each
  }
  for (const inner of suite.suites ?? []) {
    if (!otherSuites.has(inner.name))
      yield* casesOf(inner, path === '' ? inner.name : `${path}/${inner.name}`)
  }
}

export function conformanceCases(): ConformanceCase[] {
  return [...casesOf(getConformanceSuite(), '')]
}
