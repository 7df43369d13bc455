import { apply, get, json, merge, post, put } from '../requests.ts'
import type { Step, Story } from '../step.ts'

const group = 'scales.example.com'
const parts = `/apis/${group}/v1/namespaces/default/parts`

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `parts.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'parts', kind: 'Part' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { replicas: { type: 'integer' }, note: { type: 'string' } },
              },
              status: {
                type: 'object',
                properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
              },
            },
          },
        },
      },
    ],
  },
}

const part = (name: string, spec: object) => ({
  apiVersion: `${group}/v1`,
  kind: 'Part',
  metadata: { name },
  spec,
})

/** How an object comes to be whose replicas somebody owns, or nobody. */
const owners: Readonly<Record<string, (name: string) => Step>> = {
  'that was made with them': (name) =>
    post(`${name} is made with two`, `${parts}?fieldManager=owner`, part(name, { replicas: 2, note: 'x' })),
  'that has none': (name) =>
    post(`${name} is made without any`, `${parts}?fieldManager=owner`, part(name, { note: 'x' })),
  'that was applied with them': (name) =>
    apply(
      `${name} is applied with two`,
      `${parts}/${name}?fieldManager=owner`,
      part(name, { replicas: 2, note: 'x' }),
    ),
  'that was made with zero': (name) =>
    post(`${name} is made with zero`, `${parts}?fieldManager=owner`, part(name, { replicas: 0, note: 'x' })),
}

const head = { apiVersion: 'autoscaling/v1', kind: 'Scale' }
const five = (name: string) => ({ metadata: { name }, spec: { replicas: 5 } })

const writes: Readonly<Record<string, (title: string, path: string, name: string) => Step>> = {
  'is put in place': (title, path, name) => put(title, path, { ...head, ...five(name) }),
  'is put in place without a head': (title, path, name) => put(title, path, five(name)),
  'is put in place with its version alone': (title, path, name) =>
    put(title, path, { apiVersion: 'autoscaling/v1', ...five(name) }),
  'is put in place with its kind alone': (title, path, name) =>
    put(title, path, { kind: 'Scale', ...five(name) }),
  'is put in place with books of its own': (title, path, name) =>
    put(title, path, { ...head, ...five(name), metadata: { name, managedFields: [{}] } }),
  'is put in place with two': (title, path, name) =>
    put(title, path, { ...head, metadata: { name }, spec: { replicas: 2 } }),
  'is put in place with nothing': (title, path, name) =>
    put(title, path, { ...head, metadata: { name }, spec: {} }),
  'is merged': (title, path) => merge(title, path, { spec: { replicas: 5 } }),
  'is merged with two': (title, path) => merge(title, path, { spec: { replicas: 2 } }),
  'is merged with null': (title, path) => merge(title, path, { spec: { replicas: null } }),
  'is merged with nothing': (title, path) => merge(title, path, {}),
  'is changed by a JSON patch': (title, path) =>
    json(title, path, [{ op: 'replace', path: '/spec/replicas', value: 5 }]),
  'is changed by a JSON patch that takes the head away': (title, path) =>
    json(title, path, [
      { op: 'remove', path: '/apiVersion' },
      { op: 'remove', path: '/kind' },
      { op: 'add', path: '/spec/replicas', value: 5 },
    ]),
}

let count = 0
const books = Object.entries(owners).flatMap(([of, make]) =>
  Object.entries(writes).flatMap(([what, write]) => {
    const name = `part-${++count}`
    return [
      make(name),
      write(`the scale of one ${of} ${what}`, `${parts}/${name}/scale?fieldManager=scaler`, name),
      get(`what is left of ${name}`, `${parts}/${name}`),
      merge(`${name} is changed later`, `${parts}/${name}?fieldManager=later`, { spec: { note: 'y' } }),
    ]
  }),
)

const a = `${parts}/a/scale`
const dry = `${a}?dryRun=All`
const with4 = (fields: object) => ({ metadata: { name: 'a' }, spec: { replicas: 4 }, ...fields })

export const scaleStory: Story = {
  title: 'scales',
  steps: [
    post('the definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition),
    { ...get('is served', parts), until: 200 },
    ...books,
    post('one without replicas', parts, part('a', { note: 'x' })),
    get('its scale', a),
    merge('a number that stands for none', dry, { spec: { replicas: -(2 ** 31) } }),
    put('a number that stands for none, in place', dry, {
      metadata: { name: 'a' },
      spec: { replicas: -(2 ** 31) },
    }),
    json('a JSON patch that takes away what stands for none', dry, [
      { op: 'remove', path: '/spec/replicas' },
    ]),
    json('a JSON patch that takes away the spec', dry, [{ op: 'remove', path: '/spec' }]),
    merge('of a label', a, { metadata: { labels: { a: 'b' } } }),
    merge('replicas', `${parts}/a`, { spec: { replicas: 2 } }),
    get('its scale now', a),
    merge('of another kind', dry, { kind: 'Other', spec: { replicas: 4 } }),
    merge('of the core version', dry, { apiVersion: 'v1', spec: { replicas: 4 } }),
    merge('of another version', dry, { apiVersion: 'autoscaling/v2', spec: { replicas: 4 } }),
    merge('of another name', dry, { metadata: { name: 'b' }, spec: { replicas: 4 } }),
    merge('in another namespace', dry, { metadata: { namespace: 'b' }, spec: { replicas: 4 } }),
    merge('of another identity', dry, { metadata: { uid: 'b' }, spec: { replicas: 4 } }),
    merge('at an old revision', dry, { metadata: { resourceVersion: '1' }, spec: { replicas: 4 } }),
    merge('of the metadata away', dry, { metadata: null, spec: { replicas: 4 } }),
    merge('with metadata of the wrong type', dry, { metadata: 'x', spec: { replicas: 4 } }),
    merge('with labels of the wrong type', dry, { metadata: { labels: 5 }, spec: { replicas: 4 } }),
    merge('with a status of the wrong type', dry, { status: { replicas: 'x' }, spec: { replicas: 4 } }),
    merge('with a fraction', dry, { spec: { replicas: 1.5 } }),
    merge('with more than fits', dry, { spec: { replicas: 2 ** 31 } }),
    merge('with unknown fields', dry, { surprise: 1, spec: { replicas: 4, odd: 1 } }),
    merge('with unknown fields, refused', `${dry}&fieldValidation=Strict`, {
      surprise: 1,
      spec: { replicas: 4, odd: 1 },
    }),
    put('in place in another namespace', dry, with4({ metadata: { name: 'a', namespace: 'other' } })),
    put('in place of another identity', dry, with4({ metadata: { name: 'a', uid: 'other' } })),
    put('in place of another identity, not dry', a, with4({ metadata: { name: 'a', uid: 'other' } })),
    put(
      'in place with bad metadata',
      dry,
      with4({ metadata: { name: 'a', labels: { x: 'y z' }, finalizers: ['q'] } }),
    ),
    put('in place without a spec', dry, { metadata: { name: 'a' } }),
    put('in place with labels of the wrong type', dry, with4({ metadata: { name: 'a', labels: 5 } })),
    put('in place with a status of the wrong type', dry, with4({ status: 5 })),
    put('in place with more than fits', dry, with4({ spec: { replicas: 2 ** 31 } })),
    {
      ...put('in place as YAML', dry, 'metadata: {name: a}\nspec: {replicas: 9}\n'),
      type: 'application/yaml',
    },
    post('posted', a, { spec: { replicas: 4 } }),
    get('watched', `${a}?watch=true`),
    merge('a status', `${parts}/a/status`, { status: { replicas: 3, selector: 'a=b' } }),
    get('with a status', a),
  ],
}
