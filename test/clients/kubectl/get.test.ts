import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl get', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
    const widgets = [
      widget('apple', { color: 'red', replicas: 3, note: 'crisp' }, { labels: { kind: 'fruit', tier: 'a' } }),
      widget('banana', { color: 'green', replicas: 1 }, { labels: { kind: 'fruit' } }),
      widget('cabbage', { replicas: 2 }, { labels: { kind: 'vegetable' } }),
    ]
    await session.run(['create', '-f', '-'], { input: widgets.join('\n---\n') })
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  test('prints the columns of the definition', async () => {
    expect(await session.run(['get', 'widgets'])).toBe(
      `NAME      COLOR   REPLICAS   READY
apple     red     3          
banana    green   1          
cabbage   blue    2          
`,
    )
  })

  test('-o wide adds the columns of a lower priority', async () => {
    expect(await session.run(['get', 'widgets', 'apple', '-o', 'wide'])).toBe(
      `NAME    COLOR   REPLICAS   READY   NOTE
apple   red     3                  crisp
`,
    )
  })

  test('a core kind has its own columns', async () => {
    await session.run(['create', 'configmap', 'two', '--from-literal=a=1', '--from-literal=b=2'])
    expect(await session.run(['get', 'configmap', 'two'])).toMatch(
      /^NAME {3}DATA {3}AGE\ntwo {4}2 {6}\d+s\n$/,
    )
    await session.run(['create', 'secret', 'generic', 'one', '--from-literal=a=1'])
    expect(await session.run(['get', 'secret', 'one'])).toMatch(
      /^NAME {3}TYPE {5}DATA {3}AGE\none {4}Opaque {3}1 {6}\d+s\n$/,
    )
    expect(await session.run(['get', 'namespace', 'shop'])).toMatch(
      /^NAME {3}STATUS {3}AGE\nshop {3}Active {3}\d+s\n$/,
    )
  })

  test.each(['widget', 'wd', 'widgets.example.com', 'widgets.v1.example.com', 'WIDGET'])(
    'a kind can be called %s',
    async (name) => {
      expect(await session.run(['get', name, 'apple', '-o', 'name'])).toBe('widget.example.com/apple\n')
    },
  )

  test('a category stands for all kinds in it', async () => {
    expect(await session.run(['get', 'all', '-o', 'name'])).toContain('widget.example.com/banana\n')
  })

  test('objects of several kinds come in one list', async () => {
    expect(await session.run(['get', 'wd/apple', 'namespace/shop', '-o', 'name'])).toBe(
      'widget.example.com/apple\nnamespace/shop\n',
    )
  })

  test('-o json and -o yaml show the stored object, defaults and all, without managed fields', async () => {
    const json = JSON.parse(await session.run(['get', 'widget', 'cabbage', '-o', 'json']))
    expect(json).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: {
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        generation: 1,
        labels: { kind: 'vegetable' },
        name: 'cabbage',
        namespace: 'shop',
        resourceVersion: expect.stringMatching(/^\d+$/),
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      spec: { color: 'blue', replicas: 2 },
    })
    expect(await session.run(['get', 'widget', 'cabbage', '-o', 'yaml'])).toContain(
      'spec:\n  color: blue\n  replicas: 2\n',
    )
  })

  test('--show-managed-fields shows who wrote what', async () => {
    const words = ['get', 'widget', 'cabbage', '-o', 'json', '--show-managed-fields']
    const { metadata } = JSON.parse(await session.run(words))
    expect(metadata.managedFields).toEqual([
      {
        apiVersion: 'example.com/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:kind': {} } },
          'f:spec': { '.': {}, 'f:color': {}, 'f:replicas': {} },
        },
        manager: 'kubectl-create',
        operation: 'Update',
        time: expect.any(String),
      },
    ])
  })

  test('jsonpath, go-template and custom-columns pick fields', async () => {
    const paths = '{range .items[*]}{.metadata.name}={.spec.replicas} {end}'
    expect(await session.run(['get', 'wd', '-o', `jsonpath=${paths}`])).toBe('apple=3 banana=1 cabbage=2 ')
    const template = '{{range .items}}{{.spec.color}} {{end}}'
    expect(await session.run(['get', 'wd', '-o', `go-template=${template}`])).toBe('red green blue ')
    const columns = 'NAME:.metadata.name,PAINT:.spec.color'
    expect(await session.run(['get', 'wd', '-o', `custom-columns=${columns}`])).toBe(
      'NAME      PAINT\napple     red\nbanana    green\ncabbage   blue\n',
    )
  })

  test('--sort-by orders by a field', async () => {
    expect(await session.run(['get', 'wd', '--sort-by=.spec.replicas', '-o', 'name'])).toBe(
      'widget.example.com/banana\nwidget.example.com/cabbage\nwidget.example.com/apple\n',
    )
    expect(
      (await session.run(['get', 'wd', '--sort-by=.spec.replicas', '--no-headers'])).split('\n')[0],
    ).toMatch(/^banana/)
  })

  test.each([
    ['kind=fruit', 'apple banana'],
    ['kind!=fruit', 'cabbage'],
    ['kind in (fruit, vegetable),tier', 'apple'],
    ['kind notin (fruit)', 'cabbage'],
    ['!tier', 'banana cabbage'],
  ])('-l %s', async (selector, names) => {
    const path = '{.items[*].metadata.name}'
    expect(await session.run(['get', 'wd', '-l', selector, '-o', `jsonpath=${path}`])).toBe(names)
  })

  test('--field-selector knows the name and the fields that the definition says', async () => {
    const path = 'jsonpath={.items[*].metadata.name}'
    expect(await session.run(['get', 'wd', '--field-selector=metadata.name=apple', '-o', path])).toBe('apple')
    expect(await session.run(['get', 'wd', '--field-selector=spec.color!=red', '-o', path])).toBe(
      'banana cabbage',
    )
  })

  test('--field-selector with any other field is refused', async () => {
    expect(await session.refused(['get', 'wd', '--field-selector=spec.note=crisp'])).toBe(
      'Error from server (BadRequest): Unable to find "example.com/v1, Resource=widgets" that match label selector ' +
        '"", field selector "spec.note=crisp": field label not supported: spec.note\n',
    )
  })

  test('-A adds the namespace', async () => {
    expect(await session.run(['get', 'widgets', '-A', '--no-headers', '-l', 'tier'])).toMatch(
      /^shop +apple +red +3 *\n$/,
    )
  })

  test('--chunk-size reads page by page and shows one list', async () => {
    const { out, error } = await session.attempt(['get', 'wd', '--chunk-size=1', '-o', 'name', '-v=6'])
    expect(out.split('\n')).toHaveLength(4)
    expect(error.match(/limit=1/g)).toHaveLength(3)
    expect(error.match(/continue=/g)).toHaveLength(2)
  })

  test('--show-labels and -L show labels', async () => {
    expect(await session.run(['get', 'wd', 'apple', '--show-labels', '--no-headers'])).toContain(
      'kind=fruit,tier=a',
    )
    expect(await session.run(['get', 'wd', 'banana', '-L', 'kind'])).toMatch(
      /^NAME.* KIND\nbanana.* fruit\n$/,
    )
  })

  test('--subresource shows the scale', async () => {
    const scale = JSON.parse(await session.run(['get', 'wd', 'apple', '--subresource=scale', '-o', 'json']))
    expect(scale).toMatchObject({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'apple', namespace: 'shop' },
      spec: { replicas: 3 },
      status: { replicas: 0 },
    })
  })

  test('what is not there is told in the words of a real server', async () => {
    expect(await session.refused(['get', 'widget', 'pear'])).toBe(
      'Error from server (NotFound): widgets.example.com "pear" not found\n',
    )
    expect(await session.refused(['get', 'gizmos'])).toBe(
      'error: the server doesn\'t have a resource type "gizmos"\n',
    )
    expect(await session.run(['get', 'widget', 'pear', '--ignore-not-found'])).toBe('')
    const { code, error } = await session.attempt(['get', 'wd'], { namespace: 'nowhere' })
    expect({ code, error }).toEqual({ code: 0, error: 'No resources found in nowhere namespace.\n' })
  })

  test('--raw reads any path, counted from the server and not from the control plane', async () => {
    expect(await session.run(['get', '--raw', '/healthz'])).toBe('ok')
    const path = `${session.plane}/apis/example.com/v1/namespaces/shop/widgets/apple`
    expect(JSON.parse(await session.run(['get', '--raw', path])).spec.replicas).toBe(3)
  })

  test('-w prints a row for each change, and goes on when the object is gone', async () => {
    await session.run(['create', '-f', '-'], { input: widget('seen', {}, { labels: { watched: 'yes' } }) })
    const watch = session.start(['get', 'wd', '-l', 'watched=yes', '-w', '--output-watch-events'])
    await watch.lines(2)
    await session.run(['scale', 'widget', 'seen', '--replicas=5'])
    await watch.lines(3)
    await session.run(['delete', 'widget', 'seen'])
    expect((await watch.lines(4)).map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['EVENT', 'NAME', 'COLOR', 'REPLICAS'],
      ['ADDED', 'seen', 'blue', '1'],
      ['MODIFIED', 'seen', 'blue', '5'],
      ['DELETED', 'seen', 'blue', '5'],
    ])
    await watch.stop()
  })

  test('--watch-only prints what happens from now on', async () => {
    const watch = session.start(['get', 'configmaps', '--watch-only', '-o', 'name', '-v=6'])
    // It says with -v=6 when its watch stands, and to standard error.
    await watch.said(/watch=true.*200 OK/)
    await session.run(['create', 'configmap', 'fresh'])
    expect(await watch.lines(1)).toEqual(['configmap/fresh'])
    await watch.stop()
  })

  test('an object that stops matching the selector of a watch is gone for it', async () => {
    await session.run(['create', '-f', '-'], { input: widget('leaver', {}, { labels: { stays: 'yes' } }) })
    const watch = session.start([
      'get',
      'wd',
      '-l',
      'stays=yes',
      '-w',
      '--output-watch-events',
      '--no-headers',
    ])
    await watch.lines(1)
    await session.run(['label', 'widget', 'leaver', 'stays-'])
    expect((await watch.lines(2))[1]).toMatch(/^DELETED +leaver/)
    await watch.stop()
    await session.run(['delete', 'widget', 'leaver'])
  })
})
