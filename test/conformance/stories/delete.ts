import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'delete.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const make = (name: string, metadata: object = {}): Step => ({
  title: `an object ${name}`,
  method: 'POST',
  path: gadgets,
  body: gadget(group, name, {}, metadata),
  remember: { uid: 'metadata.uid', [`at${name}`]: 'metadata.resourceVersion' },
})
const remove = (title: string, path: string, body?: unknown): Step => ({
  title,
  method: 'DELETE',
  path: gadgets + path,
  ...(body === undefined ? {} : { body }),
})
const options = (fields: object) => ({ apiVersion: 'v1', kind: 'DeleteOptions', ...fields })

export const deleteStory: Story = {
  title: 'delete',
  steps: [
    ...served(group),
    make('a'),
    remove('of what is not there', '/zz'),
    remove('as a dry run', '/a?dryRun=All'),
    remove('as a dry run in the body', '/a', options({ dryRun: ['All'] })),
    remove('as an unknown dry run', '/a?dryRun=Some'),
    remove('of another identity', '/a', options({ preconditions: { uid: 'other' } })),
    remove('at an old revision', '/a', options({ preconditions: { resourceVersion: '1' } })),
    remove('with an unknown policy', '/a?propagationPolicy=Sideways'),
    remove('with two policies', '/a?propagationPolicy=Orphan&orphanDependents=true'),
    remove('with a grace that is no number', '/a?gracePeriodSeconds=soon'),
    remove('with a body that is no JSON', '/a', '{"a":'),
    remove('with a body of another kind', '/a', { apiVersion: 'v1', kind: 'ConfigMap' }),
    remove('with a body of another version', '/a', { apiVersion: 'v9', kind: 'DeleteOptions' }),
    remove('with options of the wrong type', '/a', options({ propagationPolicy: 5 })),
    remove('with options without a head', '/a?dryRun=All', {}),
    remove('with options of the group of the kind', '/a', {
      apiVersion: `${group}/v1`,
      kind: 'DeleteOptions',
      dryRun: ['All'],
    }),
    remove('with grace', '/a?gracePeriodSeconds=30&dryRun=All'),
    remove('of the right identity', '/a', options({ preconditions: { uid: '{uid}' } })),
    remove('again', '/a'),
    make('kept', { finalizers: ['example.com/keep'] }),
    remove('of what a finalizer keeps', '/kept'),
    remove('of what is being deleted', '/kept'),
    remove('of what is being deleted, in the foreground', '/kept?propagationPolicy=Foreground'),
    {
      title: 'another finalizer',
      method: 'PATCH',
      path: `${gadgets}/kept`,
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: ['example.com/keep', 'example.com/more'] } },
    },
    {
      title: 'a change of what is being deleted',
      method: 'PATCH',
      path: `${gadgets}/kept`,
      type: 'application/merge-patch+json',
      body: { spec: { note: 'late' } },
    },
    {
      title: 'its deletion taken back',
      method: 'PATCH',
      path: `${gadgets}/kept`,
      type: 'application/merge-patch+json',
      body: { metadata: { deletionTimestamp: null } },
    },
    {
      title: 'the finalizer taken off',
      method: 'PATCH',
      path: `${gadgets}/kept`,
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    },
    { title: 'then it is gone', method: 'GET', path: `${gadgets}/kept` },
    make('old', { finalizers: ['example.com/keep'] }),
    remove('by the old option, kept', '/old?orphanDependents=false'),
    make('b', { labels: { set: 'x' } }),
    make('c', { labels: { set: 'y' } }),
    remove('of a collection as a dry run', '?labelSelector=set%3Dx&dryRun=All'),
    remove('of a collection with a selector', '?labelSelector=set%3Dx'),
    remove('of a collection by a field', '?fieldSelector=metadata.name%3Dc'),
    remove('of a collection with a selector that is wrong', '?labelSelector=a%20b%20c'),
    remove('of an empty collection', '?labelSelector=set%3Dz'),
    remove('across namespaces', '/../../../gadgets'),
  ],
}
