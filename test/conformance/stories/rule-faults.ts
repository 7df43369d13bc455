import { gadgetDefinition } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'rules.example.com'

/** A definition, as a dry run, whose `spec` has these properties and rules. */
function rules(
  title: string,
  properties: Record<string, unknown>,
  spec: unknown[] = [],
  more: object = {},
): Step {
  return {
    title,
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All',
    body: gadgetDefinition(group, (definition) => {
      const [version] = definition.spec.versions as unknown as [Record<string, unknown>]
      for (const part of ['subresources', 'selectableFields', 'additionalPrinterColumns'])
        delete version[part]
      version.schema = {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties,
              'x-kubernetes-validations': spec.length > 0 ? spec : undefined,
            },
          },
          ...more,
        },
      }
    }),
  }
}

const text = { type: 'string' }
const short = { type: 'string', maxLength: 10 }
const list = (items: object, maxItems?: number, more: object = {}) => ({
  type: 'array',
  items,
  maxItems,
  ...more,
})
const ruled = (schema: object, ...each: unknown[]) => ({ ...schema, 'x-kubernetes-validations': each })

export const ruleFaultsStory: Story = {
  title: 'rule faults',
  steps: [
    rules('a good rule', { a: short }, [{ rule: "self.a != 'b'", message: 'not b' }]),
    rules('no rule', { a: text }, [{ message: 'x' }]),
    rules('an empty rule', { a: text }, [{ rule: ' ' }]),
    rules('an empty message', { a: text }, [{ rule: 'true', message: ' ' }]),
    rules('a message of two lines', { a: text }, [{ rule: 'true', message: 'a\nb' }]),
    rules('a rule of two lines without message', { a: text }, [{ rule: 'true\n&& true' }]),
    rules('a rule of two lines with message', { a: text }, [{ rule: 'true\n&& true', message: 'm' }]),
    rules('a very long message', { a: text }, [{ rule: 'true', message: 'x'.repeat(3000) }]),
    rules('an empty messageExpression', { a: text }, [{ rule: 'true', messageExpression: ' ' }]),
    rules('a messageExpression of the wrong type', { a: text }, [{ rule: 'true', messageExpression: '1' }]),
    rules('a messageExpression that does not compile', { a: text }, [
      { rule: 'true', messageExpression: 'self.b' },
    ]),
    rules('a messageExpression that costs too much', { a: text }, [
      { rule: 'true', messageExpression: "self.a.matches(self.a) ? 'a' : 'b'" },
    ]),
    rules('rule and messageExpression that do not compile', { a: text }, [
      { rule: 'self.c', messageExpression: 'self.b' },
    ]),
    rules('an unknown reason', { a: text }, [{ rule: 'true', reason: 'Because' }]),
    rules('a reason', { a: text }, [{ rule: 'true', reason: 'FieldValueForbidden' }]),
    rules('an empty reason', { a: text }, [{ rule: 'true', reason: '' }]),
    rules('an empty fieldPath', { a: text }, [{ rule: 'true', fieldPath: ' ' }]),
    rules('a fieldPath of two lines', { a: text }, [{ rule: 'true', fieldPath: '.a\n.b' }]),
    rules('a fieldPath without a dot', { a: text }, [{ rule: 'true', fieldPath: 'a' }]),
    rules('a fieldPath to nothing', { a: text }, [{ rule: 'true', fieldPath: '.b' }]),
    rules('a fieldPath into a list', { a: list(text) }, [{ rule: 'true', fieldPath: '.a[0]' }]),
    rules('a fieldPath into a map', { a: { type: 'object', additionalProperties: text } }, [
      { rule: 'true', fieldPath: ".a['x.y']" },
      { rule: 'true', fieldPath: '.a.b' },
    ]),
    rules('a fieldPath', { a: { type: 'object', properties: { 'b-c': text } } }, [
      { rule: 'true', fieldPath: ".a['b-c']" },
      { rule: 'true', fieldPath: '.a.b-c' },
    ]),
    rules('optionalOldSelf without oldSelf', { a: text }, [{ rule: 'true', optionalOldSelf: true }]),
    rules('optionalOldSelf false without oldSelf', { a: text }, [{ rule: 'true', optionalOldSelf: false }]),
    rules('optionalOldSelf', { a: short }, [
      { rule: '!oldSelf.hasValue() || oldSelf.value().a == self.a', optionalOldSelf: true },
    ]),
    rules('oldSelf as if it were there', { a: short }, [
      { rule: 'oldSelf.a == self.a', optionalOldSelf: true },
    ]),
    rules('oldSelf in items', { a: list(ruled(short, { rule: 'self == oldSelf' }), 5) }),
    rules('oldSelf in items of a set', {
      a: list(ruled(short, { rule: 'self == oldSelf' }), 5, { 'x-kubernetes-list-type': 'set' }),
    }),
    rules('oldSelf in items of a keyed list', {
      a: list(
        ruled({ type: 'object', required: ['k'], properties: { k: short } }, { rule: 'self == oldSelf' }),
        5,
        { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      ),
    }),
    rules('oldSelf below an atomic map', {
      a: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: { b: ruled(short, { rule: 'self == oldSelf' }) },
      },
    }),
    rules('oldSelf below a list below a list', {
      a: list(list(ruled(short, { rule: 'self == oldSelf' }), 5), 5),
    }),
    rules('oldSelf in a message only', {
      a: list(ruled(short, { rule: 'true', messageExpression: 'oldSelf' }), 5),
    }),
    rules('a rule on what has no type', {
      a: ruled({ 'x-kubernetes-preserve-unknown-fields': true }, { rule: 'true' }),
    }),
    rules('a rule on a list of what has no type', {
      a: ruled(list({ 'x-kubernetes-preserve-unknown-fields': true }), { rule: 'true' }),
    }),
    rules('a rule on int-or-string', {
      a: ruled({ 'x-kubernetes-int-or-string': true }, { rule: 'self == 1' }),
    }),
    rules('a rule on a preserving object', {
      a: ruled({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { rule: 'self.b == 1' }),
    }),
    rules('a rule beside another fault', {
      a: ruled(text, { rule: 'nothing' }),
      b: list(text, 1, { 'x-kubernetes-list-type': 'bag' }),
    }),
    rules('a rule above another fault', { b: list(text, 1, { 'x-kubernetes-list-type': 'bag' }) }, [
      { rule: 'nothing' },
    ]),
    rules('a rule beside a bad default', {
      a: ruled(text, { rule: 'nothing' }),
      b: { type: 'string', default: 1 },
    }),
    rules('a rule on metadata', { a: text }, [], {
      'x-kubernetes-validations': [
        { rule: "self.metadata.name.startsWith('a')" },
        { rule: 'self.metadata.labels.size() > 0' },
        { rule: "self.apiVersion == 'a' && self.kind == 'b'" },
      ],
    }),
    // cost
    rules('an unbounded text against another', { a: text, b: text }, [{ rule: 'self.a.contains(self.b)' }]),
    rules('an unbounded text against a pattern of bounded length', { a: text, b: short }, [
      { rule: 'self.a.matches(self.b)' },
    ]),
    rules('a little too much', { a: { type: 'string', maxLength: 50000 } }, [
      {
        rule: "self.a.matches('^[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+[a-z]+$')",
      },
    ]),
    rules(
      'three times too much',
      { a: { type: 'string', maxLength: 150000 }, b: { type: 'string', maxLength: 1000 } },
      [{ rule: 'self.a.contains(self.b)' }],
    ),
    rules('loops over unbounded lists', { a: list(text) }, [
      { rule: 'self.a.all(x, self.a.exists_one(y, x == y))' },
    ]),
    rules('a rule in an unbounded list', { a: list(ruled(short, { rule: "self.startsWith('a')" })) }),
    rules('a rule in an unbounded list of unbounded texts', {
      a: list(ruled(text, { rule: 'self == self' })),
    }),
    rules('a rule in a bounded list in an unbounded map', {
      a: {
        type: 'object',
        additionalProperties: list(ruled(text, { rule: "self.contains('abcdefghijkl')" }), 10),
      },
    }),
    rules('a rule in a bounded map of bounded lists', {
      a: {
        type: 'object',
        maxProperties: 100,
        additionalProperties: list(ruled({ type: 'string', maxLength: 1000 }, { rule: 'self == self' }), 100),
      },
    }),
    rules('many rules that are too much together', {
      a: list(
        {
          type: 'object',
          properties: Object.fromEntries(
            Array.from({ length: 12 }, (_, n) => [
              `f${n}`,
              ruled(
                { type: 'string', maxLength: 2000 * (n + 1) },
                { rule: "self.contains('abcdefghijkl') || self == 'x'" },
              ),
            ]),
          ),
        },
        1000,
      ),
    }),
    rules('minimal sizes count', {
      a: list(
        ruled(
          { type: 'object', required: ['one', 'two'], properties: { one: text, two: { type: 'integer' } } },
          { rule: 'self.two > 0' },
        ),
      ),
    }),
    rules('an authorizer', { a: short }, [{ rule: "authorizer.path('/').check('get').allowed()" }]),
    rules('functions of later versions', { a: list(short, 3) }, [
      { rule: 'self.a.sort() == self.a' },
      { rule: 'self.a.distinct().size() == 1' },
      { rule: 'lists.range(3).size() == 3' },
      { rule: 'cel.bind(x, self.a, x.size() == 1)' },
    ]),
  ],
}
