import { gadget, served } from '../gadget.ts'
import { apply, get, json, merge, post, put, strategic } from '../requests.ts'
import type { Story } from '../step.ts'

const group = 'corners.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const configMaps = '/api/v1/namespaces/default/configmaps'
const secrets = '/api/v1/namespaces/default/secrets'
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const events = '/api/v1/namespaces/default/events'
const object =
  (apiVersion: string, kind: string) =>
  (metadata: object, fields: object = {}) => ({
    apiVersion,
    kind,
    metadata,
    ...fields,
  })
const configMap = object('v1', 'ConfigMap')
const secret = object('v1', 'Secret')
const lease = object('coordination.k8s.io/v1', 'Lease')
const event = object('v1', 'Event')

/** What random requests to both servers brought to light. */
export const cornerStory: Story = {
  title: 'corners',
  steps: [
    ...served(group),
    post('an object with a status that does not fit', gadgets, {
      ...gadget(group, 'a'),
      status: { phase: 5 },
    }),
    post('an object', gadgets, gadget(group, 'b')),
    merge('a spec that does not fit, with a status', `${gadgets}/b/status`, {
      spec: { replicas: 'two' },
      status: { phase: 'x' },
    }),
    put('a status that does not fit, with an object', `${gadgets}/b`, {
      ...gadget(group, 'b', {}, { resourceVersion: '0' }),
      status: { phase: 5 },
    }),
    put('a scale of nothing', `${gadgets}/b/scale`, {
      metadata: { name: 'b', resourceVersion: '' },
      spec: { replicas: 0 },
    }),
    put('another name and unknown fields', `${gadgets}/b`, gadget(group, 'c', { odd: 1 })),
    put('another identity and unknown fields', `${gadgets}/b`, gadget(group, 'b', { odd: 1 }, { uid: 'x' })),
    put('what is not there, with labels of the wrong type', `${gadgets}/zz`, {
      ...gadget(group, 'zz', {}, { labels: 5 }),
    }),
    post('a map', configMaps, configMap({ name: 'corner', finalizers: ['example.com/keep'] })),
    { title: 'which is to go', method: 'DELETE', path: `${configMaps}/corner` },
    post('one by the name of what is to go', configMaps, configMap({ name: 'corner' }, { odd: 1 })),
    put(
      'a map where none is, of the wrong type',
      `${configMaps}/nothing`,
      configMap({ name: 'nothing' }, { data: 5 }),
    ),
    post('a map of a generation', configMaps, configMap({ name: 'generation', generation: 7 })),
    apply(
      'an apply of a generation',
      `${configMaps}/applied-generation?fieldManager=one`,
      configMap({ name: 'applied-generation', generation: 7 }),
    ),
    post('a secret', secrets, secret({ name: 'corner' }, { type: 'example.com/x' })),
    merge('all that is wrong with a secret at once', `${secrets}/corner`, {
      metadata: { labels: { 'a b': 'c' } },
      type: 'Opaque',
      data: { 'a b': '' },
    }),
    strategic('base64 that is none by strategic merge', `${secrets}/corner`, { data: { a: 'x' } }),
    json('base64 that is none by JSON patch', `${secrets}/corner`, [
      { op: 'add', path: '/data', value: { a: 'x' } },
    ]),
    post('a lease with a plain finalizer', leases, lease({ name: 'corner', finalizers: ['plain'] })),
    put('a time comes before other faults of types', `${leases}/corner`, {
      ...lease({ name: 'other' }, { spec: { leaseDurationSeconds: 'x', renewTime: 'x' } }),
    }),
    post('another lease', leases, lease({ name: 'books' })),
    merge('the books of a lease emptied', `${leases}/books`, { metadata: { managedFields: [{}] } }),
    apply(
      'the first apply to a lease without books',
      `${leases}/books?fieldManager=one`,
      lease({ name: 'books' }, { spec: { holderIdentity: 'me' } }),
    ),
    post(
      'an event with two sorts of faults',
      events,
      event({ name: 'corner', labels: { 'a b': 'c' } }, { involvedObject: { namespace: 'other' } }),
    ),
    post('an event with faults of metadata alone', events, event({ name: 'corner', labels: { 'a b': 'c' } })),
    post('an event with a plain finalizer', events, event({ name: 'corner', finalizers: ['plain'] })),
    merge('the books of an event emptied', `${events}/corner`, { metadata: { managedFields: [] } }),
    apply(
      'the first apply to an event without books',
      `${events}/corner?fieldManager=one`,
      event({ name: 'corner' }, { involvedObject: {}, reason: '' }),
    ),
    get('what is left', `${gadgets}/b`),
  ],
}
