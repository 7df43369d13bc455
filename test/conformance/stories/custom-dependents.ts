import { family } from '../family.ts'
import { served } from '../gadget.ts'
import { get, post } from '../requests.ts'
import type { Step, Story } from '../step.ts'

const group = 'clan.example.com'
const home = 'clan'
const gadgets = (namespace: string) => `/apis/${group}/v1/namespaces/${namespace}/gadgets`
const realms = `/apis/${group}/v1/realms`
const maps = `/api/v1/namespaces/${home}/configmaps`
const keep = ['example.com/keep']

const realmDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `realms.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { plural: 'realms', kind: 'Realm' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

const clan = family({
  apiVersion: `${group}/v1`,
  kind: 'Gadget',
  collection: gadgets,
  fields: { spec: {} },
  change: { spec: { note: 'b' } },
  home,
  neighbours: 'clan-neighbours',
  upsideDown: 'clan-upside-down',
})
const { make, own, gone, release, going, owners } = clan

interface Owner {
  readonly kind: string
  readonly name: string
  readonly blockOwnerDeletion?: boolean
}

const uidOf = (name: string) => `{${name.replaceAll('-', '')}}`
const apiVersionOf = (kind: string) => (kind === 'ConfigMap' ? 'v1' : `${group}/v1`)
const collectionOf = (kind: string) =>
  kind === 'ConfigMap' ? maps : kind === 'Realm' ? realms : gadgets(home)

/** An object of any kind, owned by others of any kind. */
function makeOf(kind: string, name: string, ownedBy: readonly Owner[] = [], metadata: object = {}): Step {
  return {
    ...post(`a ${kind} ${name}`, collectionOf(kind), {
      apiVersion: apiVersionOf(kind),
      kind,
      ...(kind === 'Gadget' ? { spec: {} } : {}),
      metadata: {
        name,
        ...metadata,
        ownerReferences: ownedBy.map((owner) => ({
          apiVersion: apiVersionOf(owner.kind),
          ...owner,
          uid: uidOf(owner.name),
        })),
      },
    }),
    remember: { [name.replaceAll('-', '')]: 'metadata.uid' },
  }
}
const goneOf = (title: string, kind: string, name: string): Step => ({
  ...get(title, `${collectionOf(kind)}/${name}`),
  until: 404,
})
const removeOf = (title: string, kind: string, name: string, query = ''): Step => ({
  title,
  method: 'DELETE',
  path: `${collectionOf(kind)}/${name}${query}`,
})
const nobody = (number: number) => `00000000-0000-0000-0000-0000000001${String(number).padStart(2, '0')}`

const [space, ...others] = clan.steps

export const customDependentStory: Story = {
  title: 'custom dependents',
  steps: [
    ...served(group),
    post(
      'a definition for the whole cluster',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      realmDefinition,
    ),
    { ...get('is served as well', realms), until: 200 },
    space as Step,
    // The collector of a real server looks for new kinds twice a minute.
    make('stray', [{ name: 'nobody', uid: nobody(1) }]),
    gone('the collector has found the kind', 'stray'),
    ...others,

    makeOf('Gadget', 'boss'),
    makeOf('ConfigMap', 'notes', [{ kind: 'Gadget', name: 'boss' }]),
    makeOf('Gadget', 'of-notes', [{ kind: 'ConfigMap', name: 'notes' }]),
    removeOf('an owner of another kind goes', 'Gadget', 'boss'),
    goneOf('what it owns goes', 'ConfigMap', 'notes'),
    goneOf('and what that owns', 'Gadget', 'of-notes'),

    makeOf('Gadget', 'waiting'),
    makeOf('ConfigMap', 'blocking', [{ kind: 'Gadget', name: 'waiting', blockOwnerDeletion: true }], {
      finalizers: keep,
    }),
    removeOf(
      'in the foreground, with a dependent of another kind',
      'Gadget',
      'waiting',
      '?propagationPolicy=Foreground',
    ),
    { ...get('the dependent of another kind is on its way', `${maps}/blocking`), until: going },
    get('its owner waits for it', `${gadgets(home)}/waiting`),
    {
      title: 'the dependent of another kind is let go',
      method: 'PATCH',
      path: `${maps}/blocking`,
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    },
    goneOf('the dependent of another kind is gone', 'ConfigMap', 'blocking'),
    goneOf('and so is its owner', 'Gadget', 'waiting'),

    makeOf('Gadget', 'leaver'),
    makeOf('ConfigMap', 'left', [{ kind: 'Gadget', name: 'leaver', blockOwnerDeletion: true }]),
    removeOf('an owner that orphans one of another kind', 'Gadget', 'leaver', '?propagationPolicy=Orphan'),
    goneOf('it is gone', 'Gadget', 'leaver'),
    { ...get('its orphan of another kind stays', `${maps}/left`), until: owners(0) },

    makeOf('Realm', 'realm'),
    makeOf('Gadget', 'subject', [{ kind: 'Realm', name: 'realm', blockOwnerDeletion: true }], {
      finalizers: keep,
    }),
    makeOf('Realm', 'province', [{ kind: 'Realm', name: 'realm' }]),
    removeOf(
      'an owner without a namespace, in the foreground',
      'Realm',
      'realm',
      '?propagationPolicy=Foreground',
    ),
    { ...get('its dependent in a namespace is on its way', `${gadgets(home)}/subject`), until: going },
    goneOf('its dependent without a namespace goes', 'Realm', 'province'),
    get('the owner without a namespace waits', `${realms}/realm`),
    release('its dependent in a namespace is let go', 'subject'),
    goneOf('the owner without a namespace is gone', 'Realm', 'realm'),

    makeOf('Gadget', 'small'),
    makeOf('Realm', 'great', [{ kind: 'Gadget', name: 'small' }]),
    {
      ...get(
        'it is told that an owner in a namespace owns nothing without',
        '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dgreat',
      ),
      until: ({ items }) => (items ?? []).length > 0,
    },
    removeOf('the owner in a namespace goes', 'Gadget', 'small'),
    get('what has no namespace stays', `${realms}/great`),

    make('of-no-version', [{ apiVersion: `${group}/v9`, name: 'nobody', uid: nobody(2) }]),
    make('of-no-kind', [{ kind: 'Nonsense', name: 'nobody', uid: nobody(3) }]),
    make('marker-of-the-clan', [{ name: 'nobody', uid: nobody(4) }]),
    gone('what was made later and names nobody goes', 'marker-of-the-clan'),
    clan.get('what names a version that is not served stays', 'of-no-version'),
    clan.get('what names a kind that is not served stays', 'of-no-kind'),

    makeOf('Gadget', 'first-of-many', [], { labels: { many: 'yes' } }),
    makeOf('Gadget', 'second-of-many', [], { labels: { many: 'yes' } }),
    make('of-many', [own('first-of-many', { blockOwnerDeletion: true }), own('second-of-many')], keep),
    {
      title: 'a collection goes in the foreground',
      method: 'DELETE',
      path: `${gadgets(home)}?labelSelector=many&propagationPolicy=Foreground`,
    },
    { ...clan.get('what both own is on its way', 'of-many'), until: going },
    gone('the one for which it blocks nothing goes', 'second-of-many'),
    clan.get('the one that it blocks waits', 'first-of-many'),
    release('what both own is let go', 'of-many'),
    gone('and the one that it blocked is gone', 'first-of-many'),

    makeOf('Gadget', 'third-of-many', [], { labels: { many: 'yes' } }),
    make('orphan-of-many', [own('third-of-many')]),
    {
      title: 'a collection goes and orphans',
      method: 'DELETE',
      path: `${gadgets(home)}?labelSelector=many`,
      body: { propagationPolicy: 'Orphan' },
    },
    gone('the collection is gone and has orphaned', 'third-of-many'),
    clan.get('the orphan of a collection has no owner', 'orphan-of-many', owners(0)),

    makeOf('Realm', 'last'),
    makeOf('ConfigMap', 'of-the-last', [{ kind: 'Realm', name: 'last' }]),
    {
      title: 'the definition for the whole cluster goes',
      method: 'DELETE',
      path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/realms.${group}`,
    },
    {
      ...get(
        'it is gone, with its objects',
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/realms.${group}`,
      ),
      until: 404,
    },
    goneOf('what one of its objects owned goes', 'ConfigMap', 'of-the-last'),
  ],
}
