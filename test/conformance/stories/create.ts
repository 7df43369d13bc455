import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'create.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const post = (title: string, body: unknown, query = ''): Step => ({
  title,
  method: 'POST',
  path: gadgets + query,
  body,
})

export const createStory: Story = {
  title: 'create',
  steps: [
    ...served(group),
    post('with nothing but a name: defaults are filled in', gadget(group, 'plain')),
    post('again: it exists', gadget(group, 'plain')),
    post('again as a dry run: it exists', gadget(group, 'plain'), '?dryRun=All'),
    post('a dry run', gadget(group, 'dry'), '?dryRun=All'),
    post('with a status, which is left out', { ...gadget(group, 'status'), status: { replicas: 3 } }),
    post('with system fields, which are replaced', {
      ...gadget(
        group,
        'system',
        {},
        { uid: 'mine', generation: 7, creationTimestamp: '2020-01-01T00:00:00Z', selfLink: '/x' },
      ),
    }),
    post(
      'being deleted from the start',
      gadget(
        group,
        'dying',
        {},
        { deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 3 },
      ),
    ),
    post('at a revision that is no number', gadget(group, 'lettered', {}, { resourceVersion: 'abc' })),
    post('at revision zero', gadget(group, 'zero', {}, { resourceVersion: '0' })),
    post('without a name', { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: {}, spec: {} }),
    post('without metadata', { apiVersion: `${group}/v1`, kind: 'Gadget', spec: {} }),
    post('without a required field', {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name: 'empty' },
    }),
    post('with a bad name', gadget(group, 'Bad_Name')),
    post('with a bad generateName', {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { generateName: 'Bad_' },
      spec: {},
    }),
    post(
      'with bad metadata',
      gadget(
        group,
        'meta',
        {},
        {
          labels: { 'a b': 'x y', good: '-' },
          annotations: { 'a b': 'x', UPPER: 'y' },
          finalizers: ['a b'],
          ownerReferences: [{ apiVersion: 'v1', kind: '', name: '', uid: '' }],
        },
      ),
    ),
    post(
      'with two controllers',
      gadget(
        group,
        'owned',
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1', controller: true },
            { apiVersion: 'v1', kind: 'B', name: 'b', uid: '2', controller: true },
          ],
        },
      ),
    ),
    post(
      'with an owner twice',
      gadget(
        group,
        'twice',
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1' },
            { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1' },
          ],
        },
      ),
    ),
    post(
      'with finalizers without a domain',
      gadget(group, 'finalized', {}, { finalizers: ['one', 'example.com/two', 'orphan'] }),
    ),
    post(
      'with both finalizers of the collector',
      gadget(group, 'both', {}, { finalizers: ['orphan', 'foregroundDeletion'] }),
    ),
    post('with labels of the wrong type', gadget(group, 'typed', {}, { labels: { a: 5 } })),
    post('with finalizers of the wrong type', gadget(group, 'typed', {}, { finalizers: 'a' })),
    post('with a name of the wrong type', {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name: 5 },
      spec: {},
    }),
    post('with a time of the wrong form', gadget(group, 'timed', {}, { creationTimestamp: 'yesterday' })),
    post('with metadata that is a list', {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: [],
      spec: {},
    }),
    post(
      'with fields that are invalid in every way',
      gadget(group, 'wrong', {
        color: 'pink',
        replicas: -1,
        note: 'a note that is longer than twenty',
        pattern: 'UPPER',
        percent: true,
        tags: ['a', 'a'],
        words: ['', 'b', 'c'],
        options: { a: true, b: false, c: 5 },
        since: 'yesterday',
        ports: [{ name: 'a' }, { name: 'a', port: 1 }],
      }),
    ),
    post(
      'with fields of other types',
      gadget(group, 'types', { color: 5, replicas: 'one', tags: 'a', options: [], ports: {} }),
    ),
    post('with nulls', gadget(group, 'nulls', { color: null, note: null, replicas: null, tags: null })),
    post('with a spec that is null', {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name: 'null' },
      spec: null,
    }),
    post('with a number that is no integer', gadget(group, 'half', { replicas: 1.5 })),
    post('with a number that is too large', gadget(group, 'large', { replicas: 3000000000 })),
    post('against a rule', gadget(group, 'ruled', { color: 'red', replicas: 4 })),
    post(
      'with unknown fields, which are warned of',
      gadget(group, 'unknown', { surprise: 1, ports: [{ name: 'a', port: 1, x: 1 }] }, { odd: 1 }),
    ),
    post(
      'with unknown fields, ignored',
      gadget(group, 'ignored', { surprise: 1 }),
      '?fieldValidation=Ignore',
    ),
    post(
      'with unknown fields, refused',
      gadget(group, 'strict', { surprise: 1, free: { a: 1 } }, { odd: 1 }),
      '?fieldValidation=Strict',
    ),
    post(
      'with fields twice, refused',
      `{"apiVersion":"${group}/v1","kind":"Gadget","metadata":{"name":"double","name":"double"},"spec":{"color":"red","color":"blue"}}`,
      '?fieldValidation=Strict',
    ),
    post(
      'with fields twice, warned of',
      `{"apiVersion":"${group}/v1","kind":"Gadget","metadata":{"name":"double"},"spec":{"color":"red","color":"blue"}}`,
    ),
    post('with an unknown validation', gadget(group, 'never'), '?fieldValidation=Perhaps'),
    post('with an unknown dry run', gadget(group, 'never'), '?dryRun=Some'),
    post('with a field manager', gadget(group, 'managed'), '?fieldManager=me'),
    post('with a field manager that is too long', gadget(group, 'never'), `?fieldManager=${'m'.repeat(129)}`),
    post('with a field manager that cannot be printed', gadget(group, 'never'), '?fieldManager=a%07b'),
    post('of another kind', { ...gadget(group, 'kind'), kind: 'Widget' }),
    post('of another version', { ...gadget(group, 'version'), apiVersion: `${group}/v2` }),
    post('of another group', { ...gadget(group, 'group'), apiVersion: 'v1' }),
    post('without a kind', { apiVersion: `${group}/v1`, metadata: { name: 'x' } }),
    post('without a version', { kind: 'Gadget', metadata: { name: 'x' } }),
    post('in another namespace', gadget(group, 'elsewhere', {}, { namespace: 'other' })),
    {
      ...post('in a namespace that is not there', gadget(group, 'lost')),
      path: `/apis/${group}/v1/namespaces/nowhere/gadgets`,
    },
    { ...post('in no namespace', gadget(group, 'lost')), path: `/apis/${group}/v1/gadgets` },
    post('of text that is no JSON', '{"a":'),
    post('of nothing', ''),
    post('of a list', '[]'),
    post('of a number', '5'),
    {
      ...post(
        'as YAML',
        `apiVersion: ${group}/v1\nkind: Gadget\nmetadata: {name: yaml}\nspec: {color: green}\n`,
      ),
      type: 'application/yaml',
    },
    {
      ...post(
        'as YAML with fields twice',
        `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: yaml-twice\nspec:\n  color: green\n  color: red\n`,
      ),
      type: 'application/yaml',
    },
    {
      ...post(
        'as YAML with fields twice, refused',
        `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: yaml-twice2\nspec:\n  color: green\n  color: red\n`,
        '?fieldValidation=Strict',
      ),
      type: 'application/yaml',
    },
    {
      ...post(
        'as YAML with unknown fields',
        `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: yaml-unknown\nspec:\n  colour: green\n`,
      ),
      type: 'application/yaml',
    },
    { ...post('as protobuf', 'x'), type: 'application/vnd.kubernetes.protobuf' },
    { ...post('as text', 'x'), type: 'text/plain' },
    {
      ...post('answered in protobuf, which custom kinds have not', gadget(group, 'proto')),
      accept: 'application/vnd.kubernetes.protobuf',
    },
    {
      ...post('answered as a Table', gadget(group, 'table')),
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    },
    {
      ...post('answered as metadata', gadget(group, 'metadata')),
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    },
    { ...post('to a name', gadget(group, 'x')), path: `${gadgets}/x` },
    { ...post('to a status', gadget(group, 'x')), path: `${gadgets}/plain/status` },
    {
      ...post('of a kind that is not there', gadget(group, 'x')),
      path: `/apis/${group}/v1/namespaces/default/widgets`,
    },
    {
      ...post('of a version that is not there', gadget(group, 'x')),
      path: `/apis/${group}/v2/namespaces/default/gadgets`,
    },
  ],
}
