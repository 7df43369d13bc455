import { apply, get, json, merge, post, put, strategic, wrong } from '../requests.ts'
import type { Story } from '../step.ts'

const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const lease = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, ...metadata },
  spec,
})

export const leaseStory: Story = {
  title: 'leases',
  steps: [
    post('a lease without a spec', leases, { ...lease('bare'), spec: undefined }),
    post('a lease with what is empty', leases, lease('empty', { holderIdentity: '', leaseTransitions: 0 })),
    post('a lease of no seconds', leases, lease('x', { leaseDurationSeconds: 0 })),
    post('a lease of a fraction', leases, lease('x', { leaseDurationSeconds: 1.5 })),
    post('a lease of too many seconds', leases, lease('x', { leaseDurationSeconds: 3000000000 })),
    post('a lease of a word', leases, lease('x', { leaseDurationSeconds: '15' })),
    post('a lease held by a number', leases, lease('x', { holderIdentity: 5 })),
    post('a lease held since a number', leases, lease('x', { acquireTime: 5 })),
    post('a lease renewed in whole seconds', leases, lease('whole', { renewTime: '2026-01-01T00:00:00Z' })),
    post(
      'a lease renewed elsewhere',
      leases,
      lease('elsewhere', { renewTime: '2026-01-01T02:00:00.123456+02:00' }),
    ),
    post(
      'a lease renewed to the nanosecond',
      leases,
      lease('nano', { renewTime: '2026-01-01T00:00:00.123456789Z' }),
    ),
    post('a lease renewed at no time', leases, lease('null', { renewTime: null })),
    post('a lease renewed at an empty time', leases, lease('x', { renewTime: '' })),
    post('a lease with a strategy', leases, lease('strategy', { strategy: 'OldestEmulationVersion' })),
    post('a lease with an unknown strategy', leases, lease('x', { strategy: 'Guess' })),
    post('a lease with a strategy of somebody', leases, lease('x', { strategy: 'example.com/Own' })),
    post('a lease with an empty strategy', leases, lease('x', { strategy: '' })),
    post('a lease with a preference', leases, lease('x', { preferredHolder: 'me' })),
    post('a lease with a spec that is a list', leases, { ...lease('x'), spec: [] }),
    post('a lease with unknown fields', leases, lease('unknown', { surprise: 1 })),
    post(
      'a lease with unknown fields, refused',
      `${leases}?fieldValidation=Strict`,
      lease('x', { surprise: 1 }),
    ),
    put('a lease put where none is', `${leases}/put`, lease('put', { holderIdentity: 'me' })),
    put('a lease put without a revision', `${leases}/put`, lease('put', { holderIdentity: 'you' })),
    put('a lease put at revision zero', `${leases}/put`, lease('put', {}, { resourceVersion: '0' })),
    put('a lease put at an old revision', `${leases}/put`, lease('put', {}, { resourceVersion: '1' })),
    put(
      'a lease put where none is, at a revision',
      `${leases}/no`,
      lease('no', {}, { resourceVersion: '1' }),
    ),
    put('a lease put where none is, of an identity', `${leases}/no2`, lease('no2', {}, { uid: 'x' })),
    put('a lease put under another name', `${leases}/put`, lease('other')),
    put('a lease put as a dry run where none is', `${leases}/dry?dryRun=All`, lease('dry')),
    get('which is not there', `${leases}/dry`),
    merge('a holder by merge', `${leases}/put`, { spec: { holderIdentity: 'us', leaseTransitions: 1 } }),
    merge('a transition backwards', `${leases}/put`, { spec: { leaseTransitions: 0 } }),
    merge('a transition below nothing', `${leases}/put`, { spec: { leaseTransitions: -1 } }),
    merge('a holder that is nobody', `${leases}/put`, { spec: { holderIdentity: null } }),
    merge('a spec that is nothing', `${leases}/put`, { spec: null }),
    strategic('a holder by strategic merge', `${leases}/put`, { spec: { holderIdentity: 'them' } }),
    json('a holder by JSON patch', `${leases}/put`, [
      { op: 'replace', path: '/spec/holderIdentity', value: 'me' },
    ]),
    apply(
      'a lease by apply',
      `${leases}/applied?fieldManager=one`,
      lease('applied', { holderIdentity: 'one' }),
    ),
    apply(
      'a lease by apply of another',
      `${leases}/applied?fieldManager=two`,
      lease('applied', { holderIdentity: 'two' }),
    ),
    apply(
      'a lease by apply of another, forced',
      `${leases}/applied?fieldManager=two&force=true`,
      lease('applied', { holderIdentity: 'two' }),
    ),
    get('a lease has no status', `${leases}/put/status`),
    get('leases by a field', `${leases}?fieldSelector=spec.holderIdentity%3Dme`),
    { ...get('a lease as a Table', `${leases}/put`), accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    merge('metadata that is wrong', `${leases}/put`, wrong),
    { title: 'deletion', method: 'DELETE', path: `${leases}/put` },
    {
      title: 'deletion of a collection',
      method: 'DELETE',
      path: `${leases}?fieldSelector=metadata.name%3Dapplied`,
    },
  ],
}
