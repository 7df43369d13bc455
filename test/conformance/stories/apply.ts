import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'apply.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const apply = (title: string, body: unknown, query = 'fieldManager=one', path = '/a'): Step => ({
  title,
  method: 'PATCH',
  path: `${gadgets}${path}?${query}`,
  body,
  type: 'application/apply-patch+yaml',
})

export const applyStory: Story = {
  title: 'apply',
  steps: [
    ...served(group),
    apply('creates', gadget(group, 'a', { note: 'first', ports: [{ name: 'web', port: 80 }], tags: ['x'] })),
    apply(
      'again: nothing moves',
      gadget(group, 'a', { note: 'first', ports: [{ name: 'web', port: 80 }], tags: ['x'] }),
    ),
    apply(
      'by another manager, of other fields',
      gadget(group, 'a', { ports: [{ name: 'ssh', port: 22 }], tags: ['y'] }),
      'fieldManager=two',
    ),
    apply(
      'by another manager, of the same value',
      gadget(group, 'a', { note: 'first', ports: [{ name: 'ssh', port: 22 }] }),
      'fieldManager=two',
    ),
    apply(
      'by another manager, of another value: a conflict',
      gadget(group, 'a', { note: 'second' }),
      'fieldManager=three',
    ),
    apply(
      'of two fields that others own',
      gadget(group, 'a', { note: 'second', ports: [{ name: 'web', port: 81 }] }),
      'fieldManager=three',
    ),
    apply('by force', gadget(group, 'a', { note: 'second' }), 'fieldManager=three&force=true'),
    apply('without what was applied before', gadget(group, 'a', { tags: ['x'] })),
    apply('as a dry run', gadget(group, 'a', { tags: ['x', 'z'] }), 'fieldManager=one&dryRun=All'),
    apply('without a manager', gadget(group, 'a'), ''),
    apply('without a name', { apiVersion: `${group}/v1`, kind: 'Gadget', spec: {} }),
    apply('of another name', gadget(group, 'b')),
    apply('of another namespace', gadget(group, 'a', {}, { namespace: 'other' })),
    apply('without a kind', { apiVersion: `${group}/v1`, metadata: { name: 'a' } }),
    apply('of another kind', { ...gadget(group, 'a'), kind: 'Widget' }),
    apply('without a version', { kind: 'Gadget', metadata: { name: 'a' } }),
    apply('of another version', { ...gadget(group, 'a'), apiVersion: `${group}/v2` }),
    apply('with unknown fields', gadget(group, 'a', { surprise: 1 })),
    apply('with unknown metadata', gadget(group, 'a', {}, { odd: 1 })),
    apply('with values of other types', gadget(group, 'a', { tags: 'x' })),
    apply('with labels of other types', gadget(group, 'a', {}, { labels: { a: 5 } })),
    apply('with values that are wrong', gadget(group, 'a', { color: 'pink' })),
    apply('with an element without its key', gadget(group, 'a', { ports: [{ port: 1 }] })),
    apply(
      'with an element twice',
      gadget(group, 'a', {
        ports: [
          { name: 'p', port: 1 },
          { name: 'p', port: 2 },
        ],
      }),
    ),
    apply('with an entry of a set twice', gadget(group, 'a', { tags: ['q', 'q'] })),
    apply('with the books', gadget(group, 'a', {}, { managedFields: [] })),
    apply('at an old revision', gadget(group, 'a', {}, { resourceVersion: '1' })),
    apply('with another identity', gadget(group, 'a', {}, { uid: 'x' })),
    apply(
      'creates at no revision',
      gadget(group, 'new', {}, { resourceVersion: '1' }),
      'fieldManager=one',
      '/new',
    ),
    apply('creates with an identity', gadget(group, 'new', {}, { uid: 'x' }), 'fieldManager=one', '/new'),
    apply(
      'creates without what is required',
      { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'new' } },
      'fieldManager=one',
      '/new',
    ),
    apply(
      'of the status of what is not there',
      { ...gadget(group, 'none'), status: { phase: 'x' } },
      'fieldManager=one',
      '/none/status',
    ),
    apply('of the status by the main door', {
      ...gadget(group, 'a', { tags: ['x'] }),
      status: { phase: 'x' },
    }),
    apply(
      'of the status',
      { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'a' }, status: { phase: 'x' } },
      'fieldManager=one',
      '/a/status',
    ),
    apply(
      'of the scale',
      { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 2 } },
      'fieldManager=one',
      '/a/scale',
    ),
    apply('of the scale as another kind', gadget(group, 'a'), 'fieldManager=one', '/a/scale'),
    apply('of YAML', `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: a\nspec:\n  tags: [x]\n`),
    apply('of what is no YAML', 'a: ['),
    apply('of a list', '[]'),
    apply('of nothing', ''),
    apply(
      'with a field twice',
      `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: a\nspec:\n  note: x\n  note: second\n`,
      'fieldManager=one&dryRun=All',
    ),
    apply(
      'with a field twice, refused',
      `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: a\nspec:\n  note: x\n  note: second\n`,
      'fieldManager=one&dryRun=All&fieldValidation=Strict',
    ),
    {
      title: 'an update by another',
      method: 'PATCH',
      path: `${gadgets}/a?fieldManager=four`,
      type: 'application/merge-patch+json',
      body: { spec: { note: 'updated', color: 'green' } },
    },
    apply('of what an update changed', gadget(group, 'a', { note: 'mine' }), 'fieldManager=three'),
    apply(
      'of nothing any more',
      { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'a' } },
      'fieldManager=two',
    ),
    {
      title: 'the books wiped',
      method: 'PATCH',
      path: `${gadgets}/a`,
      type: 'application/merge-patch+json',
      body: { metadata: { managedFields: [{}] } },
    },
    apply('after the books were wiped', gadget(group, 'a', { note: 'afterwards' })),
    { title: 'what is left', method: 'GET', path: `${gadgets}/a` },
  ],
}
