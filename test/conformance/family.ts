import type { Found, Step } from './step.ts'

/** A kind whose objects own one another in a story. */
export interface Sort {
  readonly apiVersion: string
  readonly kind: string
  collection(namespace: string): string
  /** What an object has beside its metadata. */
  readonly fields: object
  /** A merge patch that changes an object. */
  readonly change: object
  /** The namespaces of the story. */
  readonly home: string
  readonly neighbours: string
  readonly upsideDown: string
}

export interface Reference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name: string
  /** A text, or `{name}` of a remembered one. */
  readonly uid: string
  readonly blockOwnerDeletion?: boolean
  readonly controller?: boolean
}

/** What becomes of dependents, for objects of one kind. */
export function family(sort: Sort) {
  const { home, neighbours, upsideDown } = sort
  const collection = sort.collection(home)
  const owner = (reference: Reference) => ({
    apiVersion: sort.apiVersion,
    kind: sort.kind,
    ...reference,
  })

  /** A ConfigMap, remembered by the uid under its name. */
  function make(name: string, owners: readonly Reference[] = [], finalizers: readonly string[] = []): Step {
    return {
      title: `an object ${name}`,
      method: 'POST',
      path: collection,
      body: {
        apiVersion: sort.apiVersion,
        kind: sort.kind,
        ...sort.fields,
        metadata: {
          name,
          ...(owners.length > 0 ? { ownerReferences: owners.map(owner) } : {}),
          ...(finalizers.length > 0 ? { finalizers } : {}),
        },
      },
      remember: { [name.replaceAll('-', '')]: 'metadata.uid' },
    }
  }
  const own = (name: string, fields: object = {}): Reference => ({
    name,
    uid: `{${name.replaceAll('-', '')}}`,
    ...fields,
  })
  const get = (title: string, name: string, until?: Step['until']): Step => ({
    title,
    method: 'GET',
    path: `${collection}/${name}`,
    ...(until === undefined ? {} : { until }),
  })
  const gone = (title: string, name: string) => get(title, name, 404)
  const remove = (title: string, name: string, query = '', body?: unknown): Step => ({
    title,
    method: 'DELETE',
    path: `${collection}/${name}${query}`,
    ...(body === undefined ? {} : { body }),
  })
  const merge = (title: string, name: string, body: unknown): Step => ({
    title,
    method: 'PATCH',
    path: `${collection}/${name}`,
    body,
    type: 'application/merge-patch+json',
  })
  const release = (title: string, name: string) => merge(title, name, { metadata: { finalizers: null } })
  const going = ({ metadata }: Found) => metadata?.deletionTimestamp !== undefined
  const owners =
    (count: number) =>
    ({ metadata }: Found) =>
      (metadata?.ownerReferences ?? []).length === count
  const keep = ['example.com/keep']

  const steps: Step[] = [
    {
      title: 'a namespace',
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } },
    },

    make('background'),
    make('background-child', [own('background', { controller: true, blockOwnerDeletion: true })]),
    make('background-grandchild', [own('background-child')]),
    remove('an owner goes at once', 'background', '?propagationPolicy=Background'),
    gone('its dependent follows', 'background-child'),
    gone('and the dependent of that', 'background-grandchild'),

    make('default'),
    make('default-child', [own('default')], keep),
    remove('without a policy it is the same', 'default'),
    get('a dependent that is kept is on its way', 'default-child', going),
    release('a dependent that is kept is let go', 'default-child'),
    gone('the dependent that was kept is gone', 'default-child'),

    make('one'),
    make('two'),
    make('shared', [own('one'), own('two', { blockOwnerDeletion: true })]),
    remove('one of two owners goes', 'one'),
    get('the dependent forgets it', 'shared', owners(1)),
    remove('the other of two owners goes', 'two'),
    gone('then the dependent has no owner', 'shared'),

    make('front'),
    make('front-child', [own('front', { blockOwnerDeletion: true })], keep),
    make('front-free', [own('front')], keep),
    remove('in the foreground an owner stays', 'front', '?propagationPolicy=Foreground'),
    get('a dependent that blocks goes first', 'front-child', going),
    get('one that does not block goes too', 'front-free', going),
    get('the owner waits', 'front'),
    remove('the owner deleted again', 'front'),
    merge('the owner may change while it waits', 'front', sort.change),
    release('the dependent that blocks is let go', 'front-child'),
    gone('then the owner is gone', 'front'),
    get('the dependent that does not block is still there', 'front-free'),
    release('the dependent that does not block is let go', 'front-free'),
    gone('and is gone', 'front-free'),

    make('tree'),
    make('tree-child', [own('tree', { blockOwnerDeletion: true })]),
    make('tree-leaf', [own('tree-child', { blockOwnerDeletion: true })], keep),
    remove('the root of a tree in the foreground', 'tree', '', { propagationPolicy: 'Foreground' }),
    get('its leaf goes first', 'tree-leaf', going),
    get('its middle waits in the foreground as well', 'tree-child'),
    release('the leaf is let go', 'tree-leaf'),
    gone('then the root is gone', 'tree'),
    gone('then the middle is gone', 'tree-child'),

    make('mind', [], keep),
    make('mind-child', [own('mind', { blockOwnerDeletion: true })], keep),
    remove('an owner with another finalizer', 'mind', '?propagationPolicy=Foreground'),
    get('its dependent is on its way', 'mind-child', going),
    remove('a change of mind to the background', 'mind', '?propagationPolicy=Background'),
    remove('a change of mind to orphaning', 'mind', '?propagationPolicy=Orphan'),
    get('orphaning is done', 'mind', ({ metadata }) => metadata?.finalizers?.join() === keep.join()),
    release('the owner is let go', 'mind'),
    get('its orphan has no owner any more', 'mind-child', owners(0)),
    release('its orphan is let go', 'mind-child'),

    make('orphaning'),
    make('orphan', [own('orphaning', { controller: true, blockOwnerDeletion: true })]),
    make('half-orphan', [own('orphaning'), own('front-owner-that-is-not', { uid: 'unknown' })], keep),
    get('half an orphan has lost the owner that never was', 'half-orphan', owners(1)),
    remove('an owner that orphans', 'orphaning', '?propagationPolicy=Orphan'),
    gone('is gone when it has orphaned', 'orphaning'),
    get('an orphan has lost its owner', 'orphan', owners(0)),
    remove('an orphan', 'orphan'),
    get('half an orphan has lost both', 'half-orphan', owners(0)),
    release('half an orphan is let go', 'half-orphan'),
    get('and stays', 'half-orphan'),

    make('old-option'),
    make('old-orphan', [own('old-option')]),
    remove('an owner that orphans by the old option', 'old-option', '', { orphanDependents: true }),
    gone('is gone when it has orphaned by the old option', 'old-option'),
    get('an orphan of the old option has lost its owner', 'old-orphan', owners(0)),

    make('never', [{ name: 'nobody', uid: '00000000-0000-0000-0000-000000000001' }]),
    gone('what names an owner that never was goes', 'never'),
    make('real'),
    make('impostor', [{ name: 'real', uid: '00000000-0000-0000-0000-000000000002' }]),
    gone('what names an owner of another identity goes', 'impostor'),
    make('renamed', [{ name: 'unreal', uid: '{real}' }]),
    gone('what names an owner by another name goes', 'renamed'),
    make('of-another-kind', [{ apiVersion: 'v1', kind: 'Secret', name: 'real', uid: '{real}' }]),
    gone('what names an owner by another kind goes', 'of-another-kind'),
    make('both', [own('real'), { name: 'nobody', uid: '00000000-0000-0000-0000-000000000003' }]),
    get('what names one that is and one that never was keeps the one', 'both', owners(1)),
    make('of-a-stranger', [
      {
        apiVersion: 'nothing.example.com/v1',
        kind: 'Stranger',
        name: 'x',
        uid: '00000000-0000-0000-0000-000000000004',
      },
    ]),
    make('marker', [{ name: 'nobody', uid: '00000000-0000-0000-0000-000000000005' }]),
    gone('what was made later and names nobody is gone', 'marker'),
    get('what names an owner of a kind that is not served stays', 'of-a-stranger'),
    remove('the owner of both', 'real'),
    gone('then both is gone', 'both'),

    {
      title: 'another namespace',
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: neighbours } },
      remember: { neighbours: 'metadata.uid' },
    },
    {
      title: 'an owner there',
      method: 'POST',
      path: sort.collection(neighbours),
      body: { apiVersion: sort.apiVersion, kind: sort.kind, ...sort.fields, metadata: { name: 'neighbour' } },
      remember: { neighbour: 'metadata.uid' },
    },
    make('across', [{ name: 'neighbour', uid: '{neighbour}' }]),
    gone('what names an owner in another namespace goes', 'across'),
    {
      title: 'which is told in an event',
      method: 'GET',
      path: `/api/v1/namespaces/${home}/events?fieldSelector=involvedObject.name%3Dacross`,
      until: ({ items }) => (items ?? []).length > 0,
    },
    make('of-the-namespace', [
      { apiVersion: 'v1', kind: 'Namespace', name: neighbours, uid: '{neighbours}' },
    ]),
    make('not-of-the-namespace', [{ apiVersion: 'v1', kind: 'Namespace', name: neighbours, uid: 'other' }]),
    gone('what names a namespace by another identity goes', 'not-of-the-namespace'),
    get('what names a namespace stays with it', 'of-the-namespace'),
    { title: 'the namespace goes', method: 'DELETE', path: `/api/v1/namespaces/${neighbours}` },
    gone('and what it owns goes', 'of-the-namespace'),

    make('orphan-keeper'),
    {
      title: 'a namespace that names an owner in a namespace',
      method: 'POST',
      path: '/api/v1/namespaces',
      body: {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: upsideDown, ownerReferences: [owner(own('orphan-keeper'))] },
      },
    },
    {
      title: 'it is told in an event that this cannot be',
      method: 'GET',
      path: `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${upsideDown}`,
      until: ({ items }) => (items ?? []).length > 0,
    },
    { title: 'it stays', method: 'GET', path: `/api/v1/namespaces/${upsideDown}` },
    { title: 'until it is deleted', method: 'DELETE', path: `/api/v1/namespaces/${upsideDown}` },

    make('ring-a'),
    make('ring-b', [own('ring-a', { blockOwnerDeletion: true })]),
    merge('a ring of owners', 'ring-a', {
      metadata: { ownerReferences: [owner(own('ring-b', { blockOwnerDeletion: true }))] },
    }),
    remove('a ring in the foreground', 'ring-a', '?propagationPolicy=Foreground'),
    gone('one half of the ring goes', 'ring-a'),
    gone('the other half of the ring goes', 'ring-b'),

    make('adopter'),
    make('adopted'),
    merge('a child adopted later', 'adopted', { metadata: { ownerReferences: [owner(own('adopter'))] } }),
    remove('its new owner goes', 'adopter'),
    gone('and the adopted child', 'adopted'),

    make('two-policies'),
    remove('with two policies', 'two-policies', '?propagationPolicy=Orphan&orphanDependents=true'),
    remove('with an unknown policy', 'two-policies', '', { propagationPolicy: 'Sideways' }),
    remove('of the wrong identity', 'two-policies', '', { preconditions: { uid: 'other' } }),
    remove('with preconditions that are empty', 'two-policies', '?dryRun=All', { preconditions: {} }),
    remove('in the foreground as a dry run', 'two-policies', '?propagationPolicy=Foreground&dryRun=All'),
    remove('without any dependents in the foreground', 'two-policies', '?propagationPolicy=Foreground'),
    gone('is gone', 'two-policies'),
    {
      title: 'a collection in the foreground',
      method: 'DELETE',
      path: `${collection}?propagationPolicy=Foreground&fieldSelector=metadata.name%3Dold-orphan`,
    },
    gone('the collection is gone', 'old-orphan'),
  ]
  return { steps, make, own, get, gone, remove, merge, release, going, owners }
}
