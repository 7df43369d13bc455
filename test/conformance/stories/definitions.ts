import { type GadgetDefinition, gadget, gadgetDefinition } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'life.example.com'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const own = `${definitions}/gadgets.${group}`
const merge = 'application/merge-patch+json'

// biome-ignore lint/suspicious/noExplicitAny: definitions are changed in every way, right and wrong
type Open = Record<string, any>

/** Smaller than a gadget's: `spec.color`, and a status. */
function version(name: string, more: object = {}) {
  return {
    name,
    served: true,
    storage: false,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { color: { type: 'string' }, size: { type: 'integer' } } },
          status: { type: 'object', properties: { phase: { type: 'string' } } },
        },
      },
    },
    ...more,
  }
}

function definition(
  plural: string,
  kind: string,
  names: object = {},
  versions: object[] = [],
  spec: object = {},
) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind, ...names },
      versions: versions.length > 0 ? versions : [version('v1', { storage: true })],
      ...spec,
    },
  }
}

const create = (title: string, body: unknown): Step => ({ title, method: 'POST', path: definitions, body })
const patch = (title: string, path: string, body: unknown, query = ''): Step => ({
  title,
  method: 'PATCH',
  path: path + query,
  type: merge,
  body,
})
const changed = (change: (definition: Open) => void) =>
  gadgetDefinition(group, change as (definition: GadgetDefinition) => void)
const put = (title: string, change: (definition: Open) => void): Step => ({
  title,
  method: 'PUT',
  path: `${own}?dryRun=All`,
  body: changed((each) => {
    each.metadata.resourceVersion = '{gadgets}'
    each.spec.conversion = { strategy: 'None' }
    change(each)
  }),
})
const get = (title: string, path: string, more: Partial<Step> = {}): Step => ({
  title,
  method: 'GET',
  path,
  ...more,
})
const named = (plural: string) => `${definitions}/${plural}.${group}`
const objects = (plural: string, name = '', served = 'v1') =>
  `/apis/${group}/${served}/namespaces/default/${plural}${name === '' ? '' : `/${name}`}`

export const definitionsStory: Story = {
  title: 'definitions',
  steps: [
    create('is made', gadgetDefinition(group)),
    create('is there already', gadgetDefinition(group)),
    get('is served', objects('gadgets'), { until: 200 }),
    get('has accepted names', own, {
      untilText: '"Established"',
      remember: { gadgets: 'metadata.resourceVersion' },
    }),
    get('its status', `${own}/status`),
    get('as a table', own, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    // what may change, and what not
    put('nothing', () => {}),
    put('another scope', (each) => {
      each.spec.scope = 'Cluster'
    }),
    put('another kind', (each) => {
      each.spec.names.kind = 'Other'
    }),
    put('another listKind', (each) => {
      each.spec.names.listKind = 'OtherList'
    }),
    put('another plural', (each) => {
      each.spec.names.plural = 'others'
    }),
    put('another group', (each) => {
      each.spec.group = 'other.example.com'
    }),
    put('other short names', (each) => {
      each.spec.names.shortNames = ['gg']
    }),
    put('no versions', (each) => {
      each.spec.versions = []
    }),
    put('another version only', (each) => {
      each.spec.versions[0].name = 'v2'
    }),
    put('another storage version', (each) => {
      each.spec.versions = [{ ...each.spec.versions[0], storage: false }, version('v2', { storage: true })]
    }),
    put('without a resourceVersion', (each) => {
      each.metadata.resourceVersion = undefined
    }),
    put('at an old resourceVersion', (each) => {
      each.metadata.resourceVersion = '1'
    }),
    put('with a status, which is left alone', (each) => {
      each.status = { storedVersions: ['v9'] }
    }),
    patch(
      'a status that keeps no version',
      `${own}/status`,
      { status: { storedVersions: [] } },
      '?dryRun=All',
    ),
    patch(
      'a status with a version that is not there',
      `${own}/status`,
      { status: { storedVersions: ['v1', 'v9'] } },
      '?dryRun=All',
    ),
    patch('a spec through the status', `${own}/status`, { spec: { scope: 'Cluster' } }, '?dryRun=All'),
    patch(
      'a status with other names',
      `${own}/status`,
      { status: { acceptedNames: { kind: 'B_ad' } } },
      '?dryRun=All',
    ),
    // names that are taken
    create('of the same short name', definition('first', 'First', { shortNames: ['gd', 'fi'] })),
    get('of the same short name: is refused', named('first'), { untilText: 'ShortNamesConflict' }),
    create(
      'of the same kind',
      definition('second', 'Gadget', { singular: 'second', listKind: 'SecondList' }),
    ),
    get('of the same kind: is refused', named('second'), { untilText: 'KindConflict' }),
    create('of the same list kind', definition('third', 'Third', { listKind: 'GadgetList' })),
    get('of the same list kind: is refused', named('third'), { untilText: 'ListKindConflict' }),
    create('of the same singular', definition('fourth', 'Fourth', { singular: 'gadget' })),
    get('of the same singular: is refused', named('fourth'), { untilText: 'SingularConflict' }),
    create(
      'of two short names that are taken',
      definition('fifth', 'Fifth', { shortNames: ['gd', 'gadget'] }),
    ),
    get('of two short names that are taken: is refused', named('fifth'), { untilText: 'ShortNamesConflict' }),
    get('what is refused is not served', objects('first')),
    // another one lets go
    patch('the short name is given up', own, { spec: { names: { shortNames: ['gx'] } } }),
    get('the short name is given up: accepted', own, { untilText: '"shortNames":["gx"]' }),
    get('who waited for it is served', objects('first'), { until: 200 }),
    get('who waited for it', named('first'), { untilText: '"Established","status":"True"' }),
    patch('a served one asks for a taken name', named('first'), {
      spec: { names: { shortNames: ['gx', 'fi'] } },
    }),
    get('a served one asks for a taken name: keeps its own', named('first'), {
      untilText: 'ShortNamesConflict',
    }),
    get('a served one asks for a taken name: still served', objects('first'), { until: 200 }),
    // versions
    create(
      'of three versions',
      definition('parts', 'Part', {}, [
        version('v1', { storage: true, subresources: { status: {} } }),
        version('v1beta1', { deprecated: true }),
        version('v1alpha1', { deprecated: true, deprecationWarning: 'v1alpha1 goes soon' }),
        version('v2', { served: false }),
      ]),
    ),
    get('of three versions: is served', objects('parts'), { until: 200 }),
    get('of three versions: the others are served too', objects('parts', '', 'v1beta1'), { until: 200 }),
    get('of three versions: the group', `/apis/${group}`),
    get('of three versions: a version', `/apis/${group}/v1beta1`),
    get('of three versions: one that is not served', `/apis/${group}/v2`),
    get('of three versions: objects of one that is not served', objects('parts', '', 'v2')),
    {
      title: 'an object of an old version',
      method: 'POST',
      path: objects('parts', '', 'v1beta1'),
      body: {
        apiVersion: `${group}/v1beta1`,
        kind: 'Part',
        metadata: { name: 'one' },
        spec: { color: 'red' },
      },
    },
    get('the same in another version', objects('parts', 'one')),
    get('the same in a version with a warning of its own', objects('parts', 'one', 'v1alpha1')),
    {
      title: 'an object in another version than the URL',
      method: 'POST',
      path: objects('parts'),
      body: { apiVersion: `${group}/v1beta1`, kind: 'Part', metadata: { name: 'two' } },
    },
    patch('a status where there is one', `${objects('parts', 'one')}/status`, { status: { phase: 'Up' } }),
    patch('a status where there is none', `${objects('parts', 'one', 'v1beta1')}/status`, {
      status: { phase: 'Up' },
    }),
    patch('a status through a version without subresource', objects('parts', 'one', 'v1beta1'), {
      status: { phase: 'Down' },
    }),
    get('a scale where there is none', `${objects('parts', 'one')}/scale`),
    patch('another storage version of parts', named('parts'), {
      spec: {
        versions: [
          version('v1', { subresources: { status: {} } }),
          version('v1beta1', { storage: true }),
          version('v2', { served: false }),
        ],
      },
    }),
    get('another storage version of parts: is remembered', named('parts'), {
      untilText: '"storedVersions":["v1","v1beta1"]',
    }),
    get('a version that is gone', objects('parts', 'one', 'v1alpha1'), { until: 404 }),
    patch('a stored version cannot go', named('parts'), {
      spec: { versions: [version('v1beta1', { storage: true })] },
    }),
    patch('a stored version is forgotten', `${named('parts')}/status`, {
      status: { storedVersions: ['v1beta1'] },
    }),
    patch('a stored version that was forgotten can go', named('parts'), {
      spec: { versions: [version('v1beta1', { storage: true })] },
    }),
    get('what was stored in it is still there', objects('parts', 'one', 'v1beta1')),
    // a tighter schema
    {
      title: 'an object under the first schema',
      method: 'POST',
      path: objects('gadgets'),
      body: gadget(group, 'loose', { note: 'twenty characters ok' }),
    },
    put('a tighter schema', (each) => {
      each.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.note.maxLength = 3
    }),
    // deletion
    {
      title: 'an object that is kept',
      method: 'POST',
      path: objects('gadgets'),
      body: gadget(group, 'kept', {}, { finalizers: ['example.com/keep'] }),
    },
    { title: 'is deleted', method: 'DELETE', path: own },
    get('is being deleted', own, { untilText: 'InstanceDeletionInProgress' }),
    get('is being deleted: its objects go', objects('gadgets', 'loose'), { until: 404 }),
    get('is being deleted: what is kept is still there', objects('gadgets', 'kept'), {
      untilText: 'deletionTimestamp',
    }),
    {
      title: 'is being deleted: nothing new',
      method: 'POST',
      path: objects('gadgets'),
      body: gadget(group, 'late'),
    },
    patch('is being deleted: what was kept is let go', objects('gadgets', 'kept'), {
      metadata: { finalizers: null },
    }),
    get('is gone', own, { until: 404 }),
    get('is gone: so are its URLs', objects('gadgets'), { until: 404 }),
    get('is gone: who waited for its kind is served', objects('second'), { until: 200 }),
  ],
}
