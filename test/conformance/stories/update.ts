import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'update.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const put = (title: string, body: unknown, path = '/a'): Step => ({
  title,
  method: 'PUT',
  path: gadgets + path,
  body,
})
const current = { resourceVersion: '{current}' }
const remember = { current: 'metadata.resourceVersion' }

export const updateStory: Story = {
  title: 'update',
  steps: [
    ...served(group),
    {
      title: 'an object',
      method: 'POST',
      path: gadgets,
      body: gadget(group, 'a', { note: 'first', fixed: 'f' }),
      remember: { ...remember, first: 'metadata.resourceVersion', uid: 'metadata.uid' },
    },
    put('without a revision', gadget(group, 'a')),
    put('at revision zero', gadget(group, 'a', {}, { resourceVersion: '0' })),
    put('at an old revision', gadget(group, 'a', {}, { resourceVersion: '1' })),
    put('of another identity', gadget(group, 'a', {}, { ...current, uid: 'other' })),
    put('of another name', gadget(group, 'b', {}, current)),
    put('without a name', { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: current, spec: {} }),
    put('of another namespace', gadget(group, 'a', {}, { ...current, namespace: 'other' })),
    put('of another kind', { ...gadget(group, 'a', {}, current), kind: 'Widget' }),
    put('of what is not there', gadget(group, 'zz', {}), '/zz'),
    put('of what is not there, at a revision', gadget(group, 'zz', {}, { resourceVersion: '1' }), '/zz'),
    put(
      'of what is not there, with an identity',
      gadget(group, 'zz', {}, { uid: 'x', resourceVersion: '1' }),
      '/zz',
    ),
    put('as a dry run', gadget(group, 'a', { note: 'dry', fixed: 'f' }, current), '/a?dryRun=All'),
    {
      ...put(
        'of the spec: the generation moves',
        gadget(group, 'a', { note: 'second', fixed: 'f' }, current),
      ),
      remember,
    },
    {
      ...put(
        'of labels: the generation stays',
        gadget(group, 'a', { note: 'second', fixed: 'f' }, { ...current, labels: { a: 'b' } }),
      ),
      remember,
    },
    {
      ...put(
        'of nothing: nothing moves',
        gadget(group, 'a', { note: 'second', fixed: 'f' }, { ...current, labels: { a: 'b' } }),
      ),
      remember: { same: 'metadata.resourceVersion' },
    },
    put(
      'at the revision that did not move',
      gadget(group, 'a', { note: 'second', fixed: 'f' }, { resourceVersion: '{same}', labels: { a: 'b' } }),
    ),
    {
      ...put('of the status by the main door: it is left out', {
        ...gadget(group, 'a', { note: 'second', fixed: 'f' }, { ...current, labels: { a: 'b' } }),
        status: { phase: 'x' },
      }),
    },
    {
      ...put(
        'of the status',
        { ...gadget(group, 'a', { note: 'no' }, current), status: { phase: 'x' } },
        '/a/status',
      ),
      remember,
    },
    put(
      'of a status that is wrong',
      { ...gadget(group, 'a', {}, current), status: { phase: 5 } },
      '/a/status',
    ),
    put(
      'of a status, with labels, which are left out',
      { ...gadget(group, 'a', {}, { ...current, labels: { c: 'd' } }), status: { phase: 'x' } },
      '/a/status',
    ),
    put(
      'of a status with unknown fields',
      { ...gadget(group, 'a', {}, current), status: { phase: 'x', odd: 1 } },
      '/a/status',
    ),
    put('of what may not change', gadget(group, 'a', { fixed: 'g' }, current)),
    put(
      'of system metadata',
      gadget(
        group,
        'a',
        { note: 'second', fixed: 'f' },
        {
          ...current,
          generation: 77,
          creationTimestamp: '2020-01-01T00:00:00Z',
          deletionTimestamp: '2020-01-01T00:00:00Z',
          deletionGracePeriodSeconds: 5,
          labels: { a: 'b' },
        },
      ),
    ),
    put(
      'with a new finalizer without a domain',
      gadget(group, 'a', { fixed: 'f' }, { ...current, finalizers: ['plain'] }),
      '/a?dryRun=All',
    ),
    put(
      'with bad metadata',
      gadget(group, 'a', { fixed: 'f' }, { ...current, labels: { 'a b': 'c' }, finalizers: ['x y'] }),
    ),
    put(
      'with unknown fields, refused',
      gadget(group, 'a', { surprise: 1 }, current),
      '/a?fieldValidation=Strict',
    ),
    put(
      'with the books emptied',
      gadget(group, 'a', { note: 'third', fixed: 'f' }, { ...current, managedFields: [] }),
      '/a?dryRun=All',
    ),
    put(
      'with the books wiped',
      gadget(group, 'a', { note: 'third', fixed: 'f' }, { ...current, managedFields: [{}] }),
      '/a?dryRun=All',
    ),
    put(
      'with books that are wrong',
      gadget(
        group,
        'a',
        { note: 'third', fixed: 'f' },
        { ...current, managedFields: [{ manager: 'x', operation: 'Guess' }] },
      ),
      '/a?dryRun=All',
    ),
    put(
      'by another manager',
      gadget(group, 'a', { note: 'fourth', fixed: 'f' }, current),
      '/a?fieldManager=other&dryRun=All',
    ),
    put('of a collection', gadget(group, 'a'), ''),
    put('of no subresource', gadget(group, 'a'), '/a/nothing'),
    { title: 'the scale', method: 'GET', path: `${gadgets}/a/scale` },
    put('of the scale without metadata', { spec: { replicas: 6 } }, '/a/scale'),
    put('of the scale', { metadata: { name: 'a' }, spec: { replicas: 6 } }, '/a/scale'),
    put('of the scale to the same', { metadata: { name: 'a' }, spec: { replicas: 6 } }, '/a/scale'),
    put(
      'of the scale at an old revision',
      { metadata: { name: 'a', resourceVersion: '1' }, spec: { replicas: 6 } },
      '/a/scale',
    ),
    put('of the scale to less than nothing', { metadata: { name: 'a' }, spec: { replicas: -1 } }, '/a/scale'),
    put('of the scale to a word', { metadata: { name: 'a' }, spec: { replicas: 'six' } }, '/a/scale'),
    put(
      'of the scale of another kind',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      '/a/scale',
    ),
    put(
      'of the scale with unknown fields',
      { metadata: { name: 'a' }, spec: { replicas: 6, odd: 1 } },
      '/a/scale?fieldValidation=Strict',
    ),
    put(
      'of the scale of what is not there',
      { metadata: { name: 'zz' }, spec: { replicas: 6 } },
      '/zz/scale',
    ),
    { title: 'what is left', method: 'GET', path: `${gadgets}/a` },
    {
      title: 'metadata that is wrong',
      method: 'PATCH',
      path: `${gadgets}/a`,
      type: 'application/merge-patch+json',
      body: {
        metadata: {
          labels: { 'a b': 'c d' },
          annotations: { 'x y': 'z' },
          finalizers: ['u v'],
          deletionGracePeriodSeconds: 5,
          deletionTimestamp: '2020-01-01T00:00:00Z',
        },
      },
    },
    { title: 'no subresource', method: 'GET', path: `${gadgets}/a/nothing` },
    { title: 'no subresource of nothing', method: 'GET', path: `${gadgets}/zz/nothing` },
    { title: 'below a status', method: 'GET', path: `${gadgets}/a/status/x` },
    { title: 'deletion of a status', method: 'DELETE', path: `${gadgets}/a/status` },
    { title: 'deletion of a scale', method: 'DELETE', path: `${gadgets}/a/scale` },
  ],
}
