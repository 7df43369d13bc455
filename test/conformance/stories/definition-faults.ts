import { type GadgetDefinition, gadgetDefinition } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'faults.example.com'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Tests may write anything into a definition. */
// biome-ignore lint/suspicious/noExplicitAny: nothing has a type that is wrong on purpose
type Open = Record<string, any>

/** A definition with something wrong, which is never made: each is a dry run. */
function faulty(title: string, change: (definition: Open) => void): Step {
  return {
    title,
    method: 'POST',
    path: `${definitions}?dryRun=All`,
    body: gadgetDefinition(group, change as (definition: GadgetDefinition) => void),
  }
}

/** The same with a change of the first version. */
function version(title: string, change: (version: Open, definition: Open) => void): Step {
  return faulty(title, (definition) => change(definition.spec.versions[0], definition))
}

/** A definition without anything else, whose `spec.x` has this schema. */
function schema(title: string, x: unknown, root: object = {}): Step {
  return version(title, (v) => {
    v.subresources = undefined
    v.selectableFields = undefined
    v.additionalPrinterColumns = undefined
    v.schema = {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { x } } },
        ...root,
      },
    }
  })
}

const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more })
const text = { type: 'string' }
const map = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })
const keyed = (keys: unknown, items: unknown, more: object = {}) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
  ...more,
})
const ruled = (base: object, ...rules: unknown[]) => ({ ...base, 'x-kubernetes-validations': rules })

export const definitionFaultsStory: Story = {
  title: 'definition faults',
  steps: [
    faulty('nothing wrong', () => {}),
    // names
    faulty('another name than plural and group', (d) => {
      d.metadata.name = 'other.example.com'
    }),
    faulty('no group', (d) => {
      d.spec.group = ''
      d.metadata.name = 'gadgets.'
    }),
    faulty('a group without a dot', (d) => {
      d.spec.group = 'example'
      d.metadata.name = 'gadgets.example'
    }),
    faulty('a group in upper case', (d) => {
      d.spec.group = 'Example.com'
      d.metadata.name = 'gadgets.Example.com'
    }),
    faulty('a group of Kubernetes without approval', (d) => {
      d.spec.group = 'things.k8s.io'
      d.metadata.name = 'gadgets.things.k8s.io'
    }),
    faulty('a group of Kubernetes with an unapproved approval', (d) => {
      d.spec.group = 'things.k8s.io'
      d.metadata.name = 'gadgets.things.k8s.io'
      d.metadata.annotations = { 'api-approved.kubernetes.io': 'maybe' }
    }),
    faulty('a group of Kubernetes with approval', (d) => {
      d.spec.group = 'things.k8s.io'
      d.metadata.name = 'gadgets.things.k8s.io'
      d.metadata.annotations = { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/x/pull/1' }
    }),
    faulty('a group of Kubernetes that is said to be unapproved', (d) => {
      d.spec.group = 'things.kubernetes.io'
      d.metadata.name = 'gadgets.things.kubernetes.io'
      d.metadata.annotations = { 'api-approved.kubernetes.io': 'unapproved, experimental' }
    }),
    faulty('no scope', (d) => {
      d.spec.scope = undefined
    }),
    faulty('an unknown scope', (d) => {
      d.spec.scope = 'Global'
    }),
    faulty('no names', (d) => {
      d.spec.names = {}
      d.metadata.name = '.faults.example.com'
    }),
    faulty('no plural', (d) => {
      d.spec.names.plural = ''
    }),
    faulty('no kind', (d) => {
      d.spec.names.kind = undefined
      d.spec.names.listKind = undefined
    }),
    faulty('only plural and kind', (d) => {
      d.spec.names = { plural: 'gadgets', kind: 'Gadget' }
    }),
    faulty('names of bad form', (d) => {
      Object.assign(d.spec.names, {
        singular: 'Gadget',
        kind: 'Gad get',
        listKind: '9List',
        shortNames: ['GD', 'g d'],
        categories: ['All', ''],
      })
    }),
    faulty('kind and listKind alike', (d) => {
      d.spec.names.listKind = 'Gadget'
    }),
    faulty('a very long plural', (d) => {
      d.spec.names.plural = 'a'.repeat(64)
      d.metadata.name = `${'a'.repeat(64)}.${group}`
    }),
    // versions
    faulty('no versions', (d) => {
      d.spec.versions = []
    }),
    faulty('versions left out', (d) => {
      d.spec.versions = undefined
    }),
    version('a version without a name', (v) => {
      v.name = ''
    }),
    version('a version of a bad name', (v) => {
      v.name = 'V1.0'
    }),
    faulty('two versions of one name', (d) => {
      d.spec.versions = [d.spec.versions[0], { ...d.spec.versions[0], storage: false }]
    }),
    version('no storage version', (v) => {
      v.storage = false
    }),
    faulty('two storage versions', (d) => {
      d.spec.versions = [d.spec.versions[0], { ...d.spec.versions[0], name: 'v2' }]
    }),
    version('served and storage left out', (v) => {
      v.served = undefined
      v.storage = undefined
    }),
    version('not served', (v) => {
      v.served = false
    }),
    version('a warning without deprecation', (v) => {
      v.deprecationWarning = 'old'
    }),
    version('an empty warning', (v) => {
      Object.assign(v, { deprecated: true, deprecationWarning: '' })
    }),
    version('a warning that is too long', (v) => {
      Object.assign(v, { deprecated: true, deprecationWarning: 'x'.repeat(257) })
    }),
    version('a warning with line breaks', (v) => {
      Object.assign(v, { deprecated: true, deprecationWarning: 'a\nb' })
    }),
    version('no schema', (v) => {
      v.schema = undefined
    }),
    faulty('two versions, one without a schema', (d) => {
      d.spec.versions = [d.spec.versions[0], { name: 'v2', served: true, storage: false }]
    }),
    faulty('two versions with the same broken schema', (d) => {
      d.spec.versions[0].schema.openAPIV3Schema.properties.spec.type = undefined
      d.spec.versions = [d.spec.versions[0], { ...d.spec.versions[0], name: 'v2', storage: false }]
    }),
    faulty('two versions, the second with a broken schema', (d) => {
      d.spec.versions = [
        d.spec.versions[0],
        {
          name: 'v2',
          served: true,
          storage: false,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } },
          additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }],
        },
      ]
    }),
    // conversion and old fields
    faulty('preserveUnknownFields', (d) => {
      d.spec.preserveUnknownFields = true
    }),
    faulty('an unknown conversion', (d) => {
      d.spec.conversion = { strategy: 'Magic' }
    }),
    faulty('a conversion without strategy', (d) => {
      d.spec.conversion = {}
    }),
    faulty('no conversion, with a webhook', (d) => {
      d.spec.conversion = {
        strategy: 'None',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://example.com' } },
      }
    }),
    faulty('a webhook without configuration', (d) => {
      d.spec.conversion = { strategy: 'Webhook' }
    }),
    faulty('a webhook without client', (d) => {
      d.spec.conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } }
    }),
    // scale
    version('a scale without paths', (v) => {
      v.subresources = { scale: {} }
    }),
    version('a scale with paths elsewhere', (v) => {
      v.subresources.scale = {
        specReplicasPath: '.status.replicas',
        statusReplicasPath: 'status.replicas',
        labelSelectorPath: '.metadata.labels',
      }
    }),
    version('a scale with a path that is only a root', (v) => {
      v.subresources.scale = { specReplicasPath: '.spec', statusReplicasPath: '.status' }
    }),
    version('a scale with paths into lists', (v) => {
      v.subresources.scale = {
        specReplicasPath: '.spec.ports[0].port',
        statusReplicasPath: '.status.replicas',
      }
    }),
    // columns
    version('a column of nothing', (v) => {
      v.additionalPrinterColumns = [{}]
    }),
    version('a column of unknown type and format', (v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'text', format: 'loud', jsonPath: '.spec.color' }]
    }),
    version('a column whose path has no dot', (v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: 'spec.color' }]
    }),
    version('a column whose path is broken', (v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '.spec.ports[' }]
    }),
    version('a column whose filter is broken', (v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '.spec.ports[?(@.a==]' }]
    }),
    version('a column with braces', (v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '{.spec.color}' }]
    }),
    version('two columns of one name', (v) => {
      v.additionalPrinterColumns = [
        { name: 'A', type: 'string', jsonPath: '.spec.color' },
        { name: 'A', type: 'string', jsonPath: '.spec.note' },
      ]
    }),
    // selectable fields
    version('a selectable field without path', (v) => {
      v.selectableFields = [{}]
    }),
    version('selectable fields of all sorts of wrong', (v) => {
      v.selectableFields = [
        { jsonPath: '.spec.color' },
        { jsonPath: '.spec.color' },
        { jsonPath: '.spec' },
        { jsonPath: '.spec.ports' },
        { jsonPath: '.spec.ports[0].name' },
        { jsonPath: 'spec.color' },
        { jsonPath: '.metadata.name' },
        { jsonPath: '.spec.nothing' },
        { jsonPath: '.spec.options.a' },
        { jsonPath: '.spec.free.a' },
        { jsonPath: "['spec'].color" },
        { jsonPath: '.spec.percent' },
        { jsonPath: '.kind' },
      ]
    }),
    version('nine selectable fields', (v) => {
      const properties = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, text]))
      v.schema.openAPIV3Schema.properties.spec.properties = {
        ...v.schema.openAPIV3Schema.properties.spec.properties,
        ...properties,
      }
      v.selectableFields = Object.keys(properties).map((name) => ({ jsonPath: `.spec.${name}` }))
    }),
    // structure
    schema('a property without type', {}),
    schema('items without type', list({})),
    schema('a list without items', { type: 'array' }),
    schema('an unknown type', { type: 'text' }),
    schema('the type null', { type: 'null' }),
    schema('a list of types', { type: ['string', 'integer'] }),
    schema('a root without type', text, { type: undefined }),
    schema('a root that is a text', text, { type: 'string' }),
    schema('a nullable root', text, { nullable: true }),
    schema('a default at the root', text, { default: {} }),
    schema('additionalProperties at the root', text, { additionalProperties: true, properties: undefined }),
    schema('a root that preserves', text, { 'x-kubernetes-preserve-unknown-fields': true }),
    schema('properties and additionalProperties', map({ a: text }, { additionalProperties: text })),
    schema('properties and additionalProperties false', map({ a: text }, { additionalProperties: false })),
    schema('properties and additionalProperties true', map({ a: text }, { additionalProperties: true })),
    schema('additionalProperties false', { type: 'object', additionalProperties: false }),
    schema('additionalProperties true', { type: 'object', additionalProperties: true }),
    schema('additionalProperties without type', { type: 'object', additionalProperties: {} }),
    schema('keywords that are not supported', {
      type: 'object',
      id: 'a',
      $ref: '#/definitions/a',
      $schema: 'x',
      definitions: { a: text },
      dependencies: { a: ['b'] },
      patternProperties: { a: text },
      additionalItems: true,
    }),
    schema('a reference', { $ref: '#/a' }),
    schema('items that are a list', { type: 'array', items: [text, text] }),
    schema('unique items', list(text, { uniqueItems: true })),
    schema('a bad pattern', { type: 'string', pattern: '(' }),
    schema('a pattern with a look-ahead', { type: 'string', pattern: '(?=a)' }),
    schema('a pattern with a back reference', { type: 'string', pattern: '(a)\\1' }),
    schema('a pattern with a huge repetition', { type: 'string', pattern: 'a{5000}' }),
    schema('preserve false', { type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
    schema('int-or-string with a type', { type: 'string', 'x-kubernetes-int-or-string': true }),
    schema('int-or-string that preserves', {
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-embedded-resource': true,
    }),
    schema('int-or-string spelled out', {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
    }),
    schema('int-or-string spelled out below allOf', {
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'a' }],
    }),
    schema('int-or-string spelled out the other way round', {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'string' }, { type: 'integer' }],
    }),
    schema('an embedded resource of no type', { 'x-kubernetes-embedded-resource': true }),
    schema('an embedded resource that is a text', { type: 'string', 'x-kubernetes-embedded-resource': true }),
    schema('an embedded resource without properties', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
    }),
    schema('an embedded resource that preserves', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    schema('an embedded resource that is a map', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      additionalProperties: text,
    }),
    schema('an embedded resource with a bad head', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: {
        apiVersion: { type: 'integer' },
        kind: map({}),
        metadata: { type: 'string' },
      },
    }),
    schema('an embedded resource inside of metadata', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: {
        metadata: map({
          x: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { a: text } },
        }),
      },
    }),
    schema('a bad head', text, {
      properties: { apiVersion: { type: 'integer' }, kind: { type: 'object' }, metadata: { type: 'string' } },
    }),
    schema('metadata with more than names', text, {
      properties: { metadata: map({ name: text, labels: { type: 'object', additionalProperties: text } }) },
    }),
    schema('metadata with a restriction of names', text, {
      properties: { metadata: map({ name: { type: 'string', maxLength: 5 }, generateName: text }) },
    }),
    schema('metadata with required', text, {
      properties: { metadata: { type: 'object', required: ['name'] } },
    }),
    // junctors
    schema('everything forbidden in a junctor', {
      type: 'object',
      properties: { a: text },
      allOf: [
        {
          type: 'object',
          title: 't',
          description: 'd',
          default: {},
          nullable: true,
          additionalProperties: true,
          'x-kubernetes-preserve-unknown-fields': true,
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-int-or-string': true,
          'x-kubernetes-list-type': 'atomic',
          'x-kubernetes-list-map-keys': ['a'],
          'x-kubernetes-map-type': 'atomic',
          properties: { a: text },
        },
      ],
    }),
    schema('junctors about what is not declared', {
      type: 'object',
      properties: { a: text },
      anyOf: [{ properties: { b: { minLength: 1 } } }, { required: ['c'] }],
      oneOf: [{ items: { minLength: 1 } }],
      not: { properties: { a: { properties: { z: {} } } } },
    }),
    schema('junctors inside of junctors', {
      type: 'object',
      properties: { a: text },
      allOf: [{ anyOf: [{ not: { properties: { b: { pattern: '(' } } } }] }],
    }),
    schema('rules in a junctor', {
      type: 'object',
      properties: { a: text },
      allOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }],
    }),
    schema('rules on a property in a junctor', {
      type: 'object',
      properties: { a: text },
      allOf: [{ properties: { a: ruled({}, { rule: "self == 'a'" }) } }],
    }),
    schema('metadata in a junctor', text, {
      allOf: [{ properties: { metadata: { properties: { name: { pattern: 'a' } } } } }],
    }),
    // lists and maps
    schema('a list type without list', { type: 'object', 'x-kubernetes-list-type': 'set' }),
    schema('a list type without type', {
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    schema('an unknown list type', list(text, { 'x-kubernetes-list-type': 'bag' })),
    schema('a map type on a list', list(text, { 'x-kubernetes-map-type': 'atomic' })),
    schema('an unknown map type', map({}, { 'x-kubernetes-map-type': 'bag' })),
    schema('keys without list type', list(map({ a: text }), { 'x-kubernetes-list-map-keys': ['a'] })),
    schema(
      'keys of a set',
      list(map({ a: text }, { 'x-kubernetes-map-type': 'atomic' }), {
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-list-map-keys': ['a'],
      }),
    ),
    schema('a keyed list without keys', keyed(undefined, map({ a: text }))),
    schema('a keyed list of texts', keyed(['a'], text)),
    schema('a keyed list without items', { ...keyed(['a'], undefined) }),
    schema('a key that may be absent', keyed(['a'], map({ a: text }))),
    schema('a key with a default', keyed(['a'], map({ a: { type: 'string', default: 'x' } }))),
    schema(
      'a key that is nullable',
      keyed(['a'], map({ a: { type: 'string', nullable: true } }, { required: ['a'] })),
    ),
    schema('a key that is no property', keyed(['b'], map({ a: text }, { required: ['a', 'b'] }))),
    schema('a key twice', keyed(['a', 'a'], map({ a: text }, { required: ['a'] }))),
    schema('a key that is an object', keyed(['a'], map({ a: map({}) }, { required: ['a'] }))),
    schema(
      'nullable items of a keyed list',
      keyed(['a'], map({ a: text }, { required: ['a'], nullable: true })),
    ),
    schema(
      'nullable items of a set',
      list({ type: 'string', nullable: true }, { 'x-kubernetes-list-type': 'set' }),
    ),
    schema('a set of granular objects', list(map({ a: text }), { 'x-kubernetes-list-type': 'set' })),
    schema(
      'a set of lists that are sets',
      list(list(text, { 'x-kubernetes-list-type': 'set' }), { 'x-kubernetes-list-type': 'set' }),
    ),
    schema('a set of lists', list(list(text), { 'x-kubernetes-list-type': 'set' })),
    // defaults
    schema('a default of the wrong type', { type: 'string', default: 5 }),
    schema('a default that is too long', { type: 'string', maxLength: 2, default: 'abc' }),
    schema('a default that is not allowed', { type: 'string', enum: ['a'], default: 'b' }),
    schema('a default with unknown fields', map({ a: text }, { default: { b: 'c' } })),
    schema('a default without a required field', map({ a: text }, { required: ['a'], default: {} })),
    schema(
      'a default whose required field has a default',
      map({ a: { type: 'string', default: 'x' } }, { required: ['a'], default: {} }),
    ),
    schema('a default null', { type: 'string', default: null }),
    schema('a default null that may be', { type: 'string', nullable: true, default: null }),
    schema(
      'a default with repeated items',
      list(text, { 'x-kubernetes-list-type': 'set', default: ['a', 'a'] }),
    ),
    schema('a default against a rule', ruled({ type: 'integer', default: 1 }, { rule: 'self > 1' })),
    schema('a default inside of items', list(map({ a: { type: 'integer', default: 'x' } }))),
    schema('a default in top-level metadata', text, {
      properties: { metadata: map({ name: { type: 'string', default: 'x' } }) },
    }),
    schema('a default of a date', { type: 'string', format: 'date-time', default: 'soon' }),
    schema('a default in an embedded resource', {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      default: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'UPPER' } },
    }),
    // values of keywords
    schema('bounds that are no numbers', { type: 'string', maxLength: 'x' }),
    schema('a bound with a fraction', { type: 'string', maxLength: 1.5 }),
    schema('negative bounds', { type: 'string', maxLength: -1, minLength: -2 }),
    schema('an enum that is no list', { type: 'string', enum: 'a' }),
    schema('required that is no list', map({ a: text }, { required: 'a' })),
    schema('an unknown keyword', { type: 'string', colour: 'red' }),
    schema('an unknown format', { type: 'string', format: 'loud' }),
    schema('a rule that is a text', { type: 'string', 'x-kubernetes-validations': 'true' }),
  ],
}
