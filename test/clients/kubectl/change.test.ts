import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl edit, patch, replace, label, annotate and scale', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const create = (name: string, spec: object = {}, metadata: object = {}) =>
    session.run(['create', '-f', '-'], { input: widget(name, spec, metadata) })
  const get = async (name: string) => JSON.parse(await session.run(['get', 'widget', name, '-o', 'json']))

  describe('edit', () => {
    const edit = (script: string, ...words: string[]) =>
      session.attempt(['edit', ...words], { environment: { KUBE_EDITOR: `sed -i ${script}` } })

    test('saves what the editor leaves', async () => {
      await create('edited', { note: 'before' })
      expect((await edit("'s/before/after/'", 'widget', 'edited')).out).toBe(
        'widget.example.com/edited edited\n',
      )
      expect((await get('edited')).spec.note).toBe('after')
    })

    test('changes nothing when the editor does not', async () => {
      const { metadata } = await get('edited')
      expect((await edit("''", 'widget', 'edited')).out).toBe('')
      expect((await get('edited')).metadata.resourceVersion).toBe(metadata.resourceVersion)
    })

    test('comes back with the errors when what is saved is not valid', async () => {
      await create('spoiled')
      const { code, error } = await edit("'s/color: blue/color: pink/'", 'widget', 'spoiled')
      expect(code).toBe(1)
      expect(error).toContain(
        'error: widgets.example.com "spoiled" is invalid\nA copy of your changes has been stored to',
      )
      expect((await get('spoiled')).spec.color).toBe('blue')
    })

    test('--subresource=status edits the status alone', async () => {
      await create('measured')
      await session.run([
        'patch',
        'wd',
        'measured',
        '--type=merge',
        '--subresource=status',
        '-p',
        '{"status":{"replicas":1}}',
      ])
      await edit("'s/  replicas: 1/  replicas: 7/'", 'widget', 'measured', '--subresource=status')
      expect(await get('measured')).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 7 } })
    })
  })

  describe('patch', () => {
    test('--type=json', async () => {
      await create('patched', { tags: ['a'] })
      const operations = [
        { op: 'test', path: '/spec/color', value: 'blue' },
        { op: 'replace', path: '/spec/color', value: 'green' },
        { op: 'add', path: '/spec/tags/-', value: 'b' },
      ]
      expect(
        await session.run(['patch', 'widget', 'patched', '--type=json', '-p', JSON.stringify(operations)]),
      ).toBe('widget.example.com/patched patched\n')
      expect((await get('patched')).spec).toEqual({ color: 'green', replicas: 1, tags: ['a', 'b'] })
    })

    test('--type=json with a test that fails', async () => {
      const operations = '[{"op":"test","path":"/spec/color","value":"red"}]'
      expect(
        await session.refused(['patch', 'widget', 'patched', '--type=json', '-p', operations]),
      ).toContain('The request is invalid: the server rejected our request due to an error in our request')
    })

    test('--type=merge, where null takes away', async () => {
      await session.run([
        'patch',
        'widget',
        'patched',
        '--type=merge',
        '-p',
        '{"spec":{"tags":null,"note":"n"}}',
      ])
      expect((await get('patched')).spec).toEqual({ color: 'green', replicas: 1, note: 'n' })
    })

    test('--dry-run=server shows what would be, and changes nothing', async () => {
      await create('tried')
      const words = ['patch', 'wd', 'tried', '--type=merge', '-p', '{"spec":{"color":"green"}}']
      expect(await session.run([...words, '--dry-run=server', '-o', 'jsonpath={.spec.color}'])).toBe('green')
      expect((await get('tried')).spec.color).toBe('blue')
    })

    test('that changes nothing says so', async () => {
      expect(
        await session.run(['patch', 'widget', 'patched', '--type=merge', '-p', '{"spec":{"note":"n"}}']),
      ).toBe('widget.example.com/patched patched (no change)\n')
    })

    test('--type=strategic is for core kinds alone', async () => {
      expect(await session.refused(['patch', 'widget', 'patched', '-p', '{"spec":{}}'])).toBe(
        'error: application/strategic-merge-patch+json is not supported by example.com/v1, Kind=Widget: the body of the ' +
          'request was in an unknown format - accepted media types include: application/json-patch+json, ' +
          'application/merge-patch+json, application/apply-patch+yaml\n',
      )
      await session.run(['create', 'configmap', 'strategic', '--from-literal=a=1', '--from-literal=b=2'])
      await session.run(['patch', 'configmap', 'strategic', '-p', '{"data":{"$patch":"replace","c":"3"}}'])
      expect(JSON.parse(await session.run(['get', 'cm', 'strategic', '-o', 'json'])).data).toEqual({ c: '3' })
    })

    test('--subresource=status leaves the rest alone', async () => {
      const { metadata } = await get('patched')
      const body = '{"spec":{"note":"ignored"},"status":{"replicas":4}}'
      await session.run(['patch', 'wd', 'patched', '--type=merge', '--subresource=status', '-p', body])
      expect(await get('patched')).toMatchObject({
        metadata: { generation: metadata.generation },
        spec: { note: 'n' },
        status: { replicas: 4 },
      })
    })

    test('--subresource=scale', async () => {
      const body = '{"spec":{"replicas":2}}'
      await session.run(['patch', 'wd', 'patched', '--type=merge', '--subresource=scale', '-p', body])
      expect((await get('patched')).spec.replicas).toBe(2)
    })

    test('what cannot be decoded is told', async () => {
      expect(
        await session.refused([
          'patch',
          'wd',
          'patched',
          '--type=merge',
          '-p',
          '{"spec":{"replicas":"two"}}',
        ]),
      ).toContain(
        'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"\n',
      )
    })
  })

  describe('replace', () => {
    test('puts the file in the place of the object', async () => {
      await create('replaced', { note: 'old', tags: ['a'] })
      expect(await session.run(['replace', '-f', '-'], { input: widget('replaced', { note: 'new' }) })).toBe(
        'widget.example.com/replaced replaced\n',
      )
      expect((await get('replaced')).spec).toEqual({ color: 'blue', replicas: 1, note: 'new' })
    })

    test('with an old resourceVersion conflicts', async () => {
      const input = widget('replaced', {}, { resourceVersion: '1' })
      expect(await session.refused(['replace', '-f', '-'], { input })).toBe(
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on ' +
          'widgets.example.com "replaced": the object has been modified; please apply your changes to the latest ' +
          'version and try again\n',
      )
    })

    test('what is not there is not made', async () => {
      expect(await session.refused(['replace', '-f', '-'], { input: widget('absent') })).toBe(
        'Error from server (NotFound): error when replacing "STDIN": widgets.example.com "absent" not found\n',
      )
    })

    test('--dry-run=server changes nothing', async () => {
      const input = widget('replaced', { note: 'tried' })
      expect(await session.run(['replace', '-f', '-', '--dry-run=server'], { input })).toBe(
        'widget.example.com/replaced replaced (server dry run)\n',
      )
      expect((await get('replaced')).spec.note).toBe('new')
    })

    test('--subresource=status replaces the status alone', async () => {
      const object = { ...(await get('replaced')), status: { replicas: 4 } }
      const input = JSON.stringify({ ...object, spec: { ...object.spec, note: 'other' } })
      await session.run(['replace', '--subresource=status', '-f', '-'], { input })
      expect(await get('replaced')).toMatchObject({ spec: { note: 'new' }, status: { replicas: 4 } })
    })

    test('--raw puts to any path', async () => {
      const { metadata } = await get('replaced')
      const file = session.write(
        'raw.json',
        JSON.stringify({
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          metadata: { name: 'replaced', resourceVersion: metadata.resourceVersion },
          spec: { note: 'raw' },
        }),
      )
      const path = `${session.plane}/apis/example.com/v1/namespaces/shop/widgets/replaced`
      expect(JSON.parse(await session.run(['replace', '--raw', path, '-f', file])).spec.note).toBe('raw')
    })

    test('--force deletes and makes again', async () => {
      const { metadata } = await get('replaced')
      expect(await session.run(['replace', '--force', '-f', '-'], { input: widget('replaced') })).toBe(
        'widget.example.com "replaced" deleted\nwidget.example.com/replaced replaced\n',
      )
      expect((await get('replaced')).metadata.uid).not.toBe(metadata.uid)
    })
  })

  describe('label and annotate', () => {
    test('--list shows what there is', async () => {
      await create('listed', {}, { labels: { tier: 'a', zone: 'z' }, annotations: { why: 'because' } })
      // kubectl walks through the labels in any order.
      const labels = (await session.run(['label', 'widget', 'listed', '--list'])).split('\n')
      expect(labels.sort()).toEqual(['', 'tier=a', 'zone=z'])
      expect(await session.run(['annotate', 'widget', 'listed', '--list'])).toBe('why=because\n')
    })

    test('--dry-run=server changes nothing', async () => {
      expect(await session.run(['label', 'wd', 'listed', 'tier-', '--dry-run=server'])).toBe(
        'widget.example.com/listed unlabeled (server dry run)\n',
      )
      expect(await session.run(['annotate', 'wd', 'listed', 'who=me', '--dry-run=server'])).toBe(
        'widget.example.com/listed annotated (server dry run)\n',
      )
      expect((await get('listed')).metadata).toMatchObject({
        labels: { tier: 'a', zone: 'z' },
        annotations: { why: 'because' },
      })
    })

    test('at an old --resource-version conflict', async () => {
      const words =
        'Error from server (Conflict): Operation cannot be fulfilled on widgets.example.com "listed": '
      for (const verb of ['label', 'annotate']) {
        expect(await session.refused([verb, 'wd', 'listed', 'new=one', '--resource-version=1'])).toContain(
          words,
        )
      }
    })

    test('add, keep, overwrite and remove', async () => {
      await create('marked')
      expect(await session.run(['label', 'widget', 'marked', 'tier=a'])).toBe(
        'widget.example.com/marked labeled\n',
      )
      expect(await session.refused(['label', 'widget', 'marked', 'tier=b'])).toBe(
        "error: 'tier' already has a value (a), and --overwrite is false\n",
      )
      await session.run(['label', 'widget', 'marked', 'tier=b', '--overwrite'])
      await session.run(['annotate', 'widget', 'marked', 'why=because'])
      expect((await get('marked')).metadata).toMatchObject({
        labels: { tier: 'b' },
        annotations: { why: 'because' },
        generation: 1,
      })
      expect(await session.run(['label', 'widget', 'marked', 'tier-'])).toBe(
        'widget.example.com/marked unlabeled\n',
      )
      await session.run(['annotate', 'widget', 'marked', 'why-'])
      expect((await get('marked')).metadata).not.toHaveProperty('labels')
    })

    test('all that a selector finds', async () => {
      await create('first', {}, { labels: { batch: '1' } })
      await create('second', {}, { labels: { batch: '1' } })
      expect(await session.run(['label', 'widgets', '-l', 'batch=1', 'done=yes'])).toBe(
        'widget.example.com/first labeled\nwidget.example.com/second labeled\n',
      )
    })

    test('a value that cannot be one is refused', async () => {
      expect(await session.refused(['annotate', 'wd', 'marked', 'a b=c'])).toContain('a b')
      const input = widget('marked', {}, { labels: { bad: 'a b' } })
      expect(await session.refused(['replace', '-f', '-'], { input })).toContain(
        'metadata.labels: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric',
      )
    })
  })

  describe('scale', () => {
    test('sets the number of replicas through the subresource', async () => {
      await create('scaled')
      expect(await session.run(['scale', 'widget/scaled', '--replicas=3'])).toBe(
        'widget.example.com/scaled scaled\n',
      )
      expect((await get('scaled')).spec.replicas).toBe(3)
    })

    test('--dry-run=server changes nothing', async () => {
      expect(await session.run(['scale', 'widget/scaled', '--replicas=5', '--dry-run=server'])).toBe(
        'widget.example.com/scaled scaled (server dry run)\n',
      )
      expect((await get('scaled')).spec.replicas).toBe(3)
    })

    test('--current-replicas has to be right', async () => {
      expect(await session.refused(['scale', 'wd', 'scaled', '--current-replicas=1', '--replicas=2'])).toBe(
        'error: Expected replicas to be 1, was 3\n',
      )
    })

    test('what the rules of the kind forbid is refused here too', async () => {
      await create('red', { color: 'red' })
      expect(await session.refused(['scale', 'wd', 'red', '--replicas=4'])).toContain(
        'there is paint for three red ones only',
      )
    })

    test('a kind without a scale has none', async () => {
      await session.run(['create', 'configmap', 'flat'])
      expect(await session.refused(['scale', 'configmap', 'flat', '--replicas=2'])).toBe(
        'Error from server (NotFound): the server could not find the requested resource\n',
      )
    })
  })
})
