import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl delete', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const create = (name: string, metadata: object = {}) =>
    session.run(['create', '-f', '-'], { input: widget(name, {}, metadata) })
  const get = async (name: string) => JSON.parse(await session.run(['get', 'widget', name, '-o', 'json']))
  const names = (...words: string[]) =>
    session.run(['get', 'widgets', ...words, '-o', 'jsonpath={.items[*].metadata.name}'])

  /** A widget with a child that it owns. */
  async function family(name: string, blockOwnerDeletion = true): Promise<void> {
    await create(name)
    const { uid } = (await get(name)).metadata
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name, uid, blockOwnerDeletion }
    await create(`${name}-child`, { ownerReferences: [owner] })
  }

  test('by name, by file, and what is not there', async () => {
    await create('apple')
    expect(await session.run(['delete', 'widget', 'apple'])).toBe('widget.example.com "apple" deleted\n')
    await create('apple')
    expect(await session.run(['delete', '-f', '-'], { input: widget('apple') })).toBe(
      'widget.example.com "apple" deleted\n',
    )
    expect(await session.refused(['delete', 'widget', 'apple'])).toBe(
      'Error from server (NotFound): widgets.example.com "apple" not found\n',
    )
    expect(await session.run(['delete', 'widget', 'apple', '--ignore-not-found'])).toBe('')
  })

  test('by label, by field, and all', async () => {
    await create('a', { labels: { batch: '1' } })
    await create('b', { labels: { batch: '1' } })
    await create('c')
    await create('d')
    expect(await session.run(['delete', 'wd', '-l', 'batch=1'])).toBe(
      'widget.example.com "a" deleted\nwidget.example.com "b" deleted\n',
    )
    expect(await session.run(['delete', 'wd', '--field-selector=metadata.name=c'])).toBe(
      'widget.example.com "c" deleted\n',
    )
    expect(await session.run(['delete', 'wd', '--all', '-o', 'name'])).toBe('widget.example.com/d\n')
    expect(await names()).toBe('')
  })

  test('--dry-run=server deletes nothing', async () => {
    await create('spared')
    expect(await session.run(['delete', 'wd', 'spared', '--dry-run=server'])).toBe(
      'widget.example.com "spared" deleted (server dry run)\n',
    )
    expect(await names()).toBe('spared')
  })

  test('--now, and --grace-period=0 --force with its warning', async () => {
    expect(await session.run(['delete', 'wd', 'spared', '--now'])).toContain('"spared"')
    await create('spared')
    const { out, error } = await session.attempt(['delete', 'wd', 'spared', '--grace-period=0', '--force'])
    expect(out).toBe('widget.example.com "spared" force deleted\n')
    expect(error).toMatch(/^Warning: Immediate deletion does not wait for confirmation/)
  })

  test('waits for a finalizer to be taken away', async () => {
    await create('held', { finalizers: ['example.com/hold'] })
    const deletion = session.start(['delete', 'widget', 'held'])
    await deletion.lines(1)
    expect((await get('held')).metadata.deletionTimestamp).toMatch(/^\d{4}-/)
    await session.run(['patch', 'wd', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
    expect((await deletion.ended).code).toBe(0)
    expect(await names()).toBe('')
  })

  test('--wait=false leaves at once what a finalizer holds, and a new finalizer is refused', async () => {
    await create('held', { finalizers: ['example.com/hold'] })
    await session.run(['delete', 'widget', 'held', '--wait=false'])
    const more = '{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}'
    expect(await session.refused(['patch', 'wd', 'held', '--type=merge', '-p', more])).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new ' +
        'finalizers []string{"example.com/more"}',
    )
    await session.run(['patch', 'wd', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
  })

  test('--cascade=background: the owner goes, then what it owns', async () => {
    await family('owner')
    await session.run(['delete', 'wd', 'owner'])
    await session.run(['wait', '--for=delete', 'wd/owner-child', '--timeout=10s'])
    expect(await names()).toBe('')
  })

  test('--cascade=foreground: what it owns goes first', async () => {
    await family('owner')
    const hold = '{"metadata":{"finalizers":["example.com/hold"]}}'
    await session.run(['patch', 'wd', 'owner-child', '--type=merge', '-p', hold])
    await session.run(['delete', 'wd', 'owner', '--cascade=foreground', '--wait=false'])
    expect((await get('owner')).metadata.finalizers).toEqual(['foregroundDeletion'])
    await session.run([
      'patch',
      'wd',
      'owner-child',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ])
    await session.run(['wait', '--for=delete', 'wd/owner', '--timeout=10s'])
    expect(await names()).toBe('')
  })

  test('--cascade=orphan: what it owned stays, without an owner', async () => {
    await family('owner')
    await session.run(['delete', 'wd', 'owner', '--cascade=orphan'])
    expect(await names()).toBe('owner-child')
    expect((await get('owner-child')).metadata).not.toHaveProperty('ownerReferences')
    await session.run(['delete', 'wd', 'owner-child'])
  })

  test('a namespace goes with all that is in it', async () => {
    await session.run(['create', 'namespace', 'annex'])
    await session.run(['create', 'configmap', 'content'], { namespace: 'annex' })
    await session.run(['create', '-f', '-'], { input: widget('content'), namespace: 'annex' })
    expect(await session.run(['delete', 'namespace', 'annex', '--timeout=20s'])).toBe(
      'namespace "annex" deleted\n',
    )
    expect(await session.run(['get', 'wd,cm', '-n', 'annex', '-o', 'name'])).toBe('')
  })

  test('nothing can be made in a namespace that is going', async () => {
    await session.run(['create', 'namespace', 'going'])
    await session.run(['create', '-f', '-'], {
      input: widget('held', {}, { finalizers: ['example.com/hold'] }),
      namespace: 'going',
    })
    await session.run(['delete', 'namespace', 'going', '--wait=false'])
    expect(await session.refused(['create', 'configmap', 'late'], { namespace: 'going' })).toBe(
      'error: failed to create configmap: configmaps "late" is forbidden: unable to create new content in namespace ' +
        'going because it is being terminated\n',
    )
    const free = ['patch', 'wd', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']
    await session.run(free, { namespace: 'going' })
    await session.run(['wait', '--for=delete', 'namespace/going', '--timeout=20s'])
  })

  test('the namespace default stays', async () => {
    expect(await session.refused(['delete', 'namespace', 'default'])).toContain(
      'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted\n',
    )
  })

  test('--raw deletes any path', async () => {
    await create('raw')
    const path = `${session.plane}/apis/example.com/v1/namespaces/shop/widgets/raw`
    expect(JSON.parse(await session.run(['delete', '--raw', path]))).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'raw', group: 'example.com', kind: 'widgets' },
    })
  })
})
