import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'patch.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const patch =
  (type: string) =>
  (title: string, body: unknown, path = '/a'): Step => ({
    title,
    method: 'PATCH',
    path: gadgets + path,
    body,
    type,
  })
const merge = patch('application/merge-patch+json')
const json = patch('application/json-patch+json')

export const patchStory: Story = {
  title: 'patch',
  steps: [
    ...served(group),
    {
      title: 'an object',
      method: 'POST',
      path: gadgets,
      body: gadget(group, 'a', { note: 'first', fixed: 'f', tags: ['a'] }),
    },
    merge('of nothing', {}),
    merge('of a field', { spec: { note: 'second' } }),
    merge('that takes a field away', { spec: { note: null } }),
    merge('as a dry run', { spec: { note: 'dry' } }, '/a?dryRun=All'),
    merge('to a value that is wrong', { spec: { color: 'pink' } }),
    merge('of what may not change', { spec: { fixed: 'g' } }),
    merge('of the name', { metadata: { name: 'other' } }),
    merge('of the name away', { metadata: { name: null } }),
    merge('of the namespace', { metadata: { namespace: 'other' } }),
    merge('of the identity', { metadata: { uid: 'other' } }),
    merge('of the identity away', { metadata: { uid: null } }),
    merge('at an old revision', { metadata: { resourceVersion: '1' } }),
    merge('of the revision away', { metadata: { resourceVersion: null } }),
    merge('of the creation time', { metadata: { creationTimestamp: null } }),
    merge('of the metadata away', { metadata: null }),
    merge('of the kind', { kind: 'Widget' }),
    merge('of the version', { apiVersion: 'v1' }),
    merge('with unknown fields', { spec: { surprise: 1 } }),
    merge('with unknown fields, refused', { spec: { surprise: 1 } }, '/a?fieldValidation=Strict'),
    merge('with fields twice', '{"spec":{"note":"x","note":"y"}}', '/a?dryRun=All'),
    merge(
      'with fields twice, refused',
      '{"spec":{"note":"x","note":"y"}}',
      '/a?fieldValidation=Strict&dryRun=All',
    ),
    merge('with labels of the wrong type', { metadata: { labels: { a: 5 } } }),
    merge('with metadata of the wrong type', { metadata: 5 }),
    merge('that is no JSON', '{"spec":'),
    merge('that is a list', '[]'),
    merge('that is a number', '5'),
    merge('that is null', 'null'),
    merge('that is empty', ''),
    merge('of the status by the main door', { status: { phase: 'x' } }),
    merge('of the status', { status: { phase: 'x' }, spec: { note: 'no' } }, '/a/status'),
    merge('of the scale', { spec: { replicas: 3 } }, '/a/scale'),
    merge('of the scale to less than nothing', { spec: { replicas: -3 } }, '/a/scale'),
    merge('of the scale to a word', { spec: { replicas: 'x' } }, '/a/scale'),
    merge('of what is not there', {}, '/zz'),
    merge('of the scale of what is not there', {}, '/zz/scale'),
    merge('of a collection', {}, ''),
    merge('by force', {}, '/a?force=true'),
    merge('with a manager', { spec: { words: ['a'] } }, '/a?fieldManager=me'),
    merge(
      'with an owner twice',
      {
        metadata: {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1' },
            { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1' },
          ],
        },
      },
      '/a?dryRun=All',
    ),
    merge('with a finalizer without a domain', { metadata: { finalizers: ['plain'] } }, '/a?dryRun=All'),
    json('JSON: of nothing', []),
    json('JSON: of a field', [{ op: 'add', path: '/spec/note', value: 'json' }]),
    json('JSON: a test that holds', [
      { op: 'test', path: '/spec/note', value: 'json' },
      { op: 'replace', path: '/spec/note', value: 'tested' },
    ]),
    json('JSON: a test that does not', [{ op: 'test', path: '/spec/note', value: 'json' }]),
    json('JSON: removal of what is not there', [{ op: 'remove', path: '/spec/nothing' }]),
    json('JSON: replacement of what is not there', [{ op: 'replace', path: '/spec/nothing', value: 1 }]),
    json('JSON: a place that is not there', [{ op: 'add', path: '/spec/nothing/below', value: 1 }]),
    json('JSON: the end of a list', [{ op: 'add', path: '/spec/tags/-', value: 'b' }]),
    json('JSON: beyond the end of a list', [{ op: 'add', path: '/spec/tags/7', value: 'b' }]),
    json('JSON: no operation', [{ op: 'guess', path: '/spec/note' }]),
    json('JSON: without an operation', [{ path: '/spec/note' }]),
    json('JSON: without a value', [{ op: 'add', path: '/spec/note' }]),
    json(
      'JSON: with an unknown field',
      [{ op: 'test', path: '/spec/note', value: 'tested', odd: 1 }],
      '/a?dryRun=All',
    ),
    json(
      'JSON: with an unknown field, refused',
      [{ op: 'test', path: '/spec/note', value: 'tested', odd: 1 }],
      '/a?dryRun=All&fieldValidation=Strict',
    ),
    json(
      'JSON: with a field twice',
      '[{"op":"test","op":"test","path":"/spec/note","value":"tested"}]',
      '/a?dryRun=All',
    ),
    json('JSON: that is an object', { op: 'add' }),
    json('JSON: that is a list of numbers', [5]),
    json('JSON: an operation of the wrong type', [{ op: 5, path: '/spec/note' }]),
    json('JSON: the metadata away', [{ op: 'replace', path: '/metadata', value: null }]),
    json('JSON: the whole document', [{ op: 'replace', path: '', value: {} }]),
    json('JSON: the name', [{ op: 'replace', path: '/metadata/name', value: 'other' }]),
    patch('application/strategic-merge-patch+json')('strategic', {}),
    patch('application/json')('as plain JSON', {}),
    patch('text/plain')('as text', 'x'),
    merge('of a definition that is not there', {}, '/../nothing/a'),
    { title: 'what is left', method: 'GET', path: `${gadgets}/a` },
  ],
}
