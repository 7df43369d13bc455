import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'
import { widgetDefinition } from '../support/widget.ts'

describe.runIf(hasKubectl)('kubectl apply and diff', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const apply = (input: string, ...words: string[]) => session.run(['apply', '-f', '-', ...words], { input })
  const get = async (name: string, ...words: string[]) =>
    JSON.parse(await session.run(['get', 'widget', name, '-o', 'json', ...words]))

  describe('on the client', () => {
    test('creates, changes nothing, and changes', async () => {
      expect(await apply(widget('apple', { color: 'red' }))).toBe('widget.example.com/apple created\n')
      const { metadata } = await get('apple')
      expect(await apply(widget('apple', { color: 'red' }))).toBe('widget.example.com/apple unchanged\n')
      expect((await get('apple')).metadata.resourceVersion).toBe(metadata.resourceVersion)
      expect(await apply(widget('apple', { color: 'green' }))).toBe('widget.example.com/apple configured\n')
      expect((await get('apple')).metadata.generation).toBe(2)
    })

    test('a field that is no longer in the file goes; one that somebody else set stays', async () => {
      await apply(widget('banana', { note: 'ripe', tags: ['a'] }, { labels: { mine: 'yes', kept: 'yes' } }))
      await session.run(['label', 'widget', 'banana', 'theirs=yes'])
      await apply(widget('banana', { tags: ['a'] }, { labels: { kept: 'yes' } }))
      const { metadata, spec } = await get('banana')
      expect(spec).toEqual({ color: 'blue', replicas: 1, tags: ['a'] })
      expect(metadata.labels).toEqual({ kept: 'yes', theirs: 'yes' })
    })

    test('core kinds are merged by their patch keys', async () => {
      const configMap = (data: object) =>
        JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data })
      await apply(configMap({ a: '1', b: '2' }))
      await session.run(['patch', 'configmap', 'settings', '-p', '{"data":{"c":"3"}}'])
      expect(await apply(configMap({ a: '1' }))).toBe('configmap/settings configured\n')
      expect(JSON.parse(await session.run(['get', 'configmap', 'settings', '-o', 'json'])).data).toEqual({
        a: '1',
        c: '3',
      })
    })

    test('many documents are applied in one go', async () => {
      const input = `${widget('one')}\n---\n${widget('two')}\n---\n`
      expect(await session.run(['apply', '-f', '-'], { input })).toBe(
        'widget.example.com/one created\nwidget.example.com/two created\n',
      )
    })

    test('-k applies a kustomization, which diff and delete take too', async () => {
      session.write('base.yaml', widget('built', { note: 'first' }))
      session.write('kustomization.yaml', 'resources: [base.yaml]\nnamePrefix: kust-\n')
      expect(await session.run(['apply', '-k', session.folder])).toBe(
        'widget.example.com/kust-built created\n',
      )
      session.write('base.yaml', widget('built', { note: 'second' }))
      expect(await session.attempt(['diff', '-k', session.folder])).toMatchObject({
        code: 1,
        out: expect.stringMatching(/^- {2}note: first\n\+ {2}note: second$/m),
      })
      expect(await session.run(['delete', '-k', session.folder])).toBe(
        'widget.example.com "kust-built" deleted\n',
      )
    })

    test('what kustomize builds is applied', async () => {
      session.write('base.yaml', widget('baked'))
      session.write('kustomization.yaml', 'resources: [base.yaml]\nlabels: [{pairs: {oven: hot}}]\n')
      expect(await apply(await session.run(['kustomize', session.folder]))).toBe(
        'widget.example.com/baked created\n',
      )
      expect((await get('baked')).metadata.labels).toEqual({ oven: 'hot' })
    })

    test('--prune deletes what was applied and is no longer there', async () => {
      const labelled = (name: string) => widget(name, {}, { labels: { set: 'pruned' } })
      await apply(`${labelled('stays')}\n---\n${labelled('goes')}`)
      const prune = ['--prune', '-l', 'set=pruned', '--prune-allowlist=example.com/v1/Widget']
      expect(await apply(labelled('stays'), ...prune)).toBe(
        'widget.example.com/stays unchanged\nwidget.example.com/goes pruned\n',
      )
    })

    test('view-last-applied and set-last-applied', async () => {
      await apply(widget('kept', { note: 'first' }))
      expect(await session.run(['apply', 'view-last-applied', 'widget', 'kept'])).toContain('note: first')
      const file = session.write('kept.yaml', widget('kept', { note: 'second' }))
      expect(await session.run(['apply', 'set-last-applied', '-f', file])).toBe(
        'widget.example.com/kept configured\n',
      )
      expect(await session.run(['apply', 'view-last-applied', 'widget', 'kept'])).toContain('note: second')
    })

    test('edit-last-applied edits the annotation alone', async () => {
      await apply(widget('noted', { note: 'first' }))
      const environment = { KUBE_EDITOR: 'sed -i s/first/second/' }
      expect(
        await session.attempt(['apply', 'edit-last-applied', 'wd/noted'], { environment }),
      ).toMatchObject({
        code: 0,
        out: 'widget.example.com/noted edited\n',
      })
      expect(await session.run(['apply', 'view-last-applied', 'wd/noted'])).toContain('note: second')
      expect((await get('noted')).spec.note).toBe('first')
    })

    test('--dry-run=server tells what would be, and does nothing', async () => {
      expect(await apply(widget('ghost'), '--dry-run=server')).toBe(
        'widget.example.com/ghost created (server dry run)\n',
      )
      expect(await session.refused(['get', 'widget', 'ghost'])).toContain('NotFound')
      expect(await apply(widget('apple', { color: 'blue' }), '--dry-run=server')).toBe(
        'widget.example.com/apple configured (server dry run)\n',
      )
      expect((await get('apple')).spec.color).toBe('green')
    })

    test('a document that is wrong is refused, the others are applied', async () => {
      const { code, out, error } = await session.attempt(['apply', '-f', '-'], {
        input: `${widget('right')}\n---\n${widget('wrong', { color: 'pink' })}`,
      })
      expect({ code, out }).toEqual({ code: 1, out: 'widget.example.com/right created\n' })
      expect(error).toContain(
        'The Widget "wrong" is invalid: \n* spec.color: Unsupported value: "pink": supported values: ',
      )
    })

    test('an old resourceVersion in the file conflicts', async () => {
      await apply(widget('raced'))
      const { metadata } = await get('raced')
      await session.run(['label', 'widget', 'raced', 'a=b'])
      const input = widget('raced', { note: 'late' }, { resourceVersion: metadata.resourceVersion })
      expect(await session.refused(['apply', '-f', '-'], { input })).toContain(
        'Operation cannot be fulfilled on widgets.example.com "raced": the object has been modified; please apply ' +
          'your changes to the latest version and try again',
      )
    })
  })

  describe('on the server', () => {
    const serverSide = (input: string, ...words: string[]) => apply(input, '--server-side', ...words)

    test('creates, and applied twice is applied once', async () => {
      expect(await serverSide(widget('pear', { color: 'red' }))).toBe(
        'widget.example.com/pear serverside-applied\n',
      )
      const { metadata } = await get('pear')
      await serverSide(widget('pear', { color: 'red' }))
      expect((await get('pear')).metadata.resourceVersion).toBe(metadata.resourceVersion)
    })

    test('what another manager owns conflicts, and is named; --force-conflicts takes it', async () => {
      await serverSide(widget('contested', { color: 'red', replicas: 2 }))
      await session.run(['scale', 'widget', 'contested', '--replicas=3'])
      const input = widget('contested', { color: 'green', replicas: 2 })
      expect(
        await session.refused(['apply', '--server-side', '--field-manager=ci', '-f', '-'], { input }),
      ).toBe(
        `error: Apply failed with 2 conflicts: conflicts with "kubectl":
- .spec.color
conflicts with "kubectl" with subresource "scale" using example.com/v1:
- .spec.replicas
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
`,
      )
      await serverSide(input, '--field-manager=ci', '--force-conflicts')
      expect((await get('contested')).spec).toEqual({ color: 'green', replicas: 2 })
    })

    test('two managers share a keyed list, and each takes only its own items away', async () => {
      const ports = (...names: string[]) =>
        widget('shared', { ports: names.map((name, index) => ({ name, port: 80 + index })) })
      await serverSide(ports('http'), '--field-manager=web')
      await serverSide(
        widget('shared', { ports: [{ name: 'metrics', port: 9090 }] }),
        '--field-manager=monitor',
      )
      expect((await get('shared')).spec.ports).toEqual([
        { name: 'http', port: 80 },
        { name: 'metrics', port: 9090 },
      ])
      await serverSide(widget('shared'), '--field-manager=monitor')
      expect((await get('shared')).spec.ports).toEqual([{ name: 'http', port: 80 }])
    })

    test('takes over what was applied on the client', async () => {
      await apply(widget('migrated', { note: 'old', tags: ['a'] }))
      await serverSide(widget('migrated', { tags: ['a'] }))
      const { metadata, spec } = await get('migrated', '--show-managed-fields')
      expect(spec).toEqual({ color: 'blue', replicas: 1, tags: ['a'] })
      const managers = metadata.managedFields.map(
        (each: Record<string, string>) => `${each.manager} ${each.operation}`,
      )
      expect(managers.sort()).toEqual(['kubectl Apply', 'kubectl-last-applied Apply'])
    })

    test('--dry-run=server and diff change nothing', async () => {
      await serverSide(widget('steady', { note: 'is' }))
      await serverSide(widget('steady', { note: 'was' }), '--dry-run=server')
      const input = widget('steady', { note: 'will be' })
      const { code, out } = await session.attempt(['diff', '--server-side', '-f', '-'], { input })
      expect(code).toBe(1)
      expect(out).toMatch(/^- {2}note: is$/m)
      expect(out).toMatch(/^\+ {2}note: will be$/m)
      expect((await get('steady')).spec.note).toBe('is')
    })
  })

  describe('diff', () => {
    test('ends with 0 and no word when there is no difference', async () => {
      await apply(widget('same', { note: 'a' }))
      expect(await session.attempt(['diff', '-f', '-'], { input: widget('same', { note: 'a' }) })).toEqual({
        code: 0,
        out: '',
        error: '',
      })
    })

    test('ends with 1 and shows the lines that differ, also of what is not there yet', async () => {
      const changed = await session.attempt(['diff', '-f', '-'], { input: widget('same', { note: 'b' }) })
      expect(changed.code).toBe(1)
      expect(changed.out).toMatch(/^- {2}note: a\n\+ {2}note: b$/m)
      const added = await session.attempt(['diff', '-f', '-'], { input: widget('absent') })
      expect(added.code).toBe(1)
      expect(added.out).toMatch(/^\+ {2}name: absent$/m)
    })

    test('ends with more than 1 when the server refuses', async () => {
      const { code, error } = await session.attempt(['diff', '-f', '-'], {
        input: widget('same', { color: 'pink' }),
      })
      expect(code).toBeGreaterThan(1)
      expect(error).toContain('spec.color: Unsupported value: "pink"')
    })
  })

  test('a definition is applied, and its kind is served as soon as it is established', async () => {
    const text = JSON.stringify(widgetDefinition).replaceAll('example.com', 'fresh.example.org')
    expect(await apply(text)).toBe(
      'customresourcedefinition.apiextensions.k8s.io/widgets.fresh.example.org created\n',
    )
    expect(
      await session.run([
        'wait',
        '--for=condition=Established',
        'crd/widgets.fresh.example.org',
        '--timeout=10s',
      ]),
    ).toBe('customresourcedefinition.apiextensions.k8s.io/widgets.fresh.example.org condition met\n')
    const input = widget('first').replace('example.com', 'fresh.example.org')
    expect(await session.run(['apply', '-f', '-'], { input })).toBe(
      'widget.fresh.example.org/first created\n',
    )
    await session.run(['delete', 'crd', 'widgets.fresh.example.org'])
    expect(await session.refused(['get', 'widgets.fresh.example.org'])).toContain(
      'the server doesn\'t have a resource type "widgets"',
    )
  })
})
