import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'same.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const configMaps = '/api/v1/namespaces/default/configmaps'
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const events = '/api/v1/namespaces/default/events'
const secrets = '/api/v1/namespaces/default/secrets'

/** A write, and the revision after it, so that a watch can begin there. */
interface Write {
  readonly title: string
  readonly method: Step['method']
  readonly path: string
  readonly body: unknown
  readonly type?: string
}

const types = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/**
 * The write; then the object at the revision that it had before, which a real server refuses where it has moved: an
 * update that carries the old revision and changes nothing.
 */
function same(before: string, path: string, body: object, write: Write): Step[] {
  return [
    write,
    {
      title: `${write.title}, and the revision is the one before`,
      method: 'PUT',
      path: `${path}?dryRun=All`,
      body: withRevision(body, before),
    },
  ]
}

function withRevision(body: object, name: string): object {
  const { metadata } = body as { metadata: object }
  return { ...body, metadata: { ...metadata, resourceVersion: `{${name}}` } }
}

const thing = gadget(group, 'a', { note: 'same', ports: [{ name: 'x', port: 1 }] }, { labels: { a: 'b' } })
const map = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'same', labels: { a: 'b' }, annotations: { c: 'd' } },
  data: { a: 'b' },
}
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'same' },
  spec: { holderIdentity: 'me', renewTime: '2026-01-01T00:00:00.000000Z' },
}
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'same' },
  involvedObject: { kind: 'ConfigMap', name: 'same', namespace: 'default' },
  reason: 'Same',
}
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'same' }, data: { a: 'Yg==' } }

const post = (title: string, path: string, body: unknown, name: string): Step => ({
  title,
  method: 'POST',
  path,
  body,
  remember: { [name]: 'metadata.resourceVersion' },
})
const put = (title: string, path: string, body: unknown): Write => ({ title, method: 'PUT', path, body })
const patch = (type: keyof typeof types, title: string, path: string, body: unknown): Write => ({
  title,
  method: 'PATCH',
  path,
  body,
  type: types[type],
})
const watch = (title: string, path: string, name: string): Step => ({
  title,
  method: 'GET',
  path: `${path}?watch=true&timeoutSeconds=1&resourceVersion={${name}}`,
})

const a = `${gadgets}/a`
const m = `${configMaps}/same`
const l = `${leases}/same`
const e = `${events}/same`
const s = `${secrets}/same`

export const sameStory: Story = {
  title: 'writes that change nothing',
  steps: [
    ...served(group),
    post('an object', gadgets, thing, 'gadget'),
    ...same('gadget', a, thing, put('PUT of the same', a, withRevision(thing, 'gadget'))),
    ...same('gadget', a, thing, patch('merge', 'merge patch of nothing', a, {})),
    ...same('gadget', a, thing, patch('merge', 'merge patch of the same', a, { spec: { note: 'same' } })),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'merge patch by another manager', `${a}?fieldManager=other`, { spec: { note: 'same' } }),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'merge patch of a default', a, { spec: { color: 'blue', replicas: 1 } }),
    ),
    ...same('gadget', a, thing, patch('merge', 'merge patch of a null', a, { spec: { pattern: null } })),
    ...same('gadget', a, thing, patch('json', 'JSON patch of nothing', a, [])),
    ...same(
      'gadget',
      a,
      thing,
      patch('json', 'JSON patch that only tests', a, [{ op: 'test', path: '/spec/note', value: 'same' }]),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('json', 'JSON patch that goes and comes back', a, [
        { op: 'remove', path: '/spec/note' },
        { op: 'add', path: '/spec/note', value: 'same' },
      ]),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'a label that is there', a, { metadata: { labels: { a: 'b' } } }),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'system metadata, which is left out', a, {
        metadata: { generation: 9, creationTimestamp: null },
      }),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'unknown fields, which are left out', a, { spec: { surprise: 1 } }),
    ),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'a status through the main door', a, { status: { phase: 'x' } }),
    ),
    ...same('gadget', a, thing, put('an empty status put', `${a}/status`, withRevision(thing, 'gadget'))),
    ...same(
      'gadget',
      a,
      thing,
      patch('merge', 'a spec through the status door', `${a}/status`, { spec: { note: 'other' } }),
    ),
    watch('nobody has heard anything of the object', gadgets, 'gadget'),
    {
      ...patch('merge', 'a status', `${a}/status`, { status: { phase: 'x' } }),
      remember: { status: 'metadata.resourceVersion' },
    },
    ...same('status', a, thing, patch('merge', 'the same status', `${a}/status`, { status: { phase: 'x' } })),
    ...same(
      'status',
      a,
      thing,
      put('the same status put', `${a}/status`, {
        ...withRevision(thing, 'status'),
        status: { phase: 'x' },
      }),
    ),
    ...same('status', a, thing, put('the object put without its status', a, withRevision(thing, 'status'))),
    {
      ...patch('apply', 'an apply of what is there', `${a}?fieldManager=applier`, {
        ...thing,
        spec: { note: 'same' },
      }),
      remember: { applied: 'metadata.resourceVersion' },
    },
    ...same(
      'applied',
      a,
      thing,
      patch('apply', 'the same apply again', `${a}?fieldManager=applier`, {
        ...thing,
        spec: { note: 'same' },
      }),
    ),
    ...same(
      'applied',
      a,
      thing,
      patch('apply', 'the same apply, forced', `${a}?fieldManager=applier&force=true`, {
        ...thing,
        spec: { note: 'same' },
      }),
    ),
    watch('only the writes that changed something were heard', gadgets, 'gadget'),
    {
      ...put('the books emptied', a, {
        ...thing,
        metadata: { name: 'a', labels: { a: 'b' }, resourceVersion: '{applied}', managedFields: [{}] },
      }),
      remember: { wiped: 'metadata.resourceVersion' },
    },
    ...same('wiped', a, thing, put('the same once the books are empty', a, withRevision(thing, 'wiped'))),
    watch('and the emptying of the books', gadgets, 'applied'),
    post('another object', gadgets, gadget(group, 'b'), 'another'),
    patch('merge', 'a label through the status door is written into the books', `${gadgets}/b/status`, {
      metadata: { labels: { z: 'z' } },
    }),
    watch('which is heard', gadgets, 'another'),
    post('a third object', gadgets, gadget(group, 'c'), 'third'),
    patch('merge', 'a scale to the same', `${gadgets}/c/scale`, { spec: { replicas: 1 } }),
    watch('a scale to the same is heard', gadgets, 'third'),

    post('a map', configMaps, map, 'map'),
    ...same('map', m, map, put('PUT of the same map', m, map)),
    ...same('map', m, map, put('PUT of the same map at its revision', m, withRevision(map, 'map'))),
    ...same('map', m, map, put('PUT of the same map with what is empty', m, { ...map, binaryData: {} })),
    ...same('map', m, map, patch('merge', 'merge patch of a map with nothing', m, {})),
    ...same(
      'map',
      m,
      map,
      patch('strategic', 'strategic patch of a map to the same', m, { data: { a: 'b' } }),
    ),
    ...same('map', m, map, patch('strategic', 'strategic patch of nothing', m, {})),
    ...same(
      'map',
      m,
      map,
      patch('strategic', 'strategic patch that deletes nothing', m, { data: { zz: null } }),
    ),
    ...same(
      'map',
      m,
      map,
      patch('json', 'JSON patch of a map that only tests', m, [{ op: 'test', path: '/data/a', value: 'b' }]),
    ),
    ...same('map', m, map, put('PUT of the same map by another manager', `${m}?fieldManager=other`, map)),
    watch('nobody has heard anything of the map', configMaps, 'map'),
    {
      ...patch('apply', 'an apply of the map', `${m}?fieldManager=applier`, map),
      remember: { mapapplied: 'metadata.resourceVersion' },
    },
    ...same(
      'mapapplied',
      m,
      map,
      patch('apply', 'the same apply of the map', `${m}?fieldManager=applier`, map),
    ),

    post('a lease', leases, lease, 'lease'),
    ...same('lease', l, lease, put('PUT of the same lease', l, withRevision(lease, 'lease'))),
    ...same(
      'lease',
      l,
      lease,
      patch('merge', 'merge patch of the same time in another form', l, {
        spec: { renewTime: '2026-01-01T01:00:00.000000+01:00' },
      }),
    ),
    ...same(
      'lease',
      l,
      lease,
      patch('merge', 'merge patch of a time with fewer digits', l, {
        spec: { renewTime: '2026-01-01T00:00:00.000Z' },
      }),
    ),

    post('an event', events, event, 'event'),
    ...same('event', e, event, put('PUT of the same event', e, event)),
    ...same('event', e, event, patch('merge', 'merge patch of the same event', e, { reason: 'Same' })),
    ...same('event', e, event, patch('merge', 'merge patch of an event with a zero', e, { count: 0 })),

    post('a secret', secrets, secret, 'secret'),
    ...same('secret', s, secret, put('PUT of the same secret', s, secret)),
    ...same(
      'secret',
      s,
      secret,
      patch('merge', 'merge patch of the same in plain text', s, { stringData: { a: 'b' } }),
    ),
    ...same('secret', s, secret, patch('merge', 'merge patch of the type', s, { type: 'Opaque' })),
  ],
}
