import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl finds out what is served', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    // For `describe` and for the verbs that look at an object before they find out that they cannot do anything with it.
    const apple = widget('apple', { color: 'red' }, { labels: { a: 'b' } })
    await session.run(['create', '-f', '-'], { input: apple })
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const words = (line: string) => line.trim().split(/ {2,}|\s+(?=\S+$)/)

  test('api-resources lists kinds with their short names, versions and scope', async () => {
    const printed = await session.run(['api-resources', '--api-group=example.com'])
    expect(printed.split('\n').slice(0, -1).map(words)).toEqual([
      ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND'],
      ['widgets', 'wd', 'example.com/v1', 'true', 'Widget'],
    ])
  })

  test('api-resources -o wide adds verbs and categories', async () => {
    expect(
      await session.run(['api-resources', '--api-group=example.com', '-o', 'wide', '--no-headers']),
    ).toMatch(/Widget +delete,deletecollection,get,list,patch,create,update,watch +all\n$/)
  })

  test('api-resources by scope, verb and category', async () => {
    const clusterWide = await session.run(['api-resources', '--namespaced=false', '-o', 'name'])
    expect(clusterWide).toContain('namespaces\n')
    expect(clusterWide).not.toContain('widgets')
    expect(await session.run(['api-resources', '--verbs=deletecollection', '-o', 'name'])).toContain(
      'configmaps\n',
    )
    expect(await session.run(['api-resources', '--categories=all', '-o', 'name'])).toContain(
      'widgets.example.com',
    )
  })

  test('api-resources -o name has the group of each resource behind its name', async () => {
    const names = (await session.run(['api-resources', '-o', 'name'])).split('\n')
    expect(names).toEqual(
      expect.arrayContaining(['events', 'events.events.k8s.io', 'secrets', 'widgets.example.com']),
    )
  })

  test('api-versions lists groups with their versions', async () => {
    const versions = (await session.run(['api-versions'])).split('\n')
    expect(versions).toEqual(
      expect.arrayContaining([
        'apiextensions.k8s.io/v1',
        'authentication.k8s.io/v1',
        'authorization.k8s.io/v1',
        'compute.datumapis.com/v1alpha',
        'coordination.k8s.io/v1',
        'events.k8s.io/v1',
        'example.com/v1',
        'networking.datumapis.com/v1alpha',
        'v1',
      ]),
    )
  })

  test('version, cluster-info and config view', async () => {
    const { serverVersion } = JSON.parse(await session.run(['version', '-o', 'json']))
    expect(serverVersion).toMatchObject({
      major: '1',
      minor: '34',
      gitVersion: expect.stringMatching(/^v1\.34\./),
    })
    // It looks for Services, which are not served, before it says anything.
    expect(await session.refused(['cluster-info'])).toContain('doesn\'t have a resource type "services"')
    expect(
      await session.run(['config', 'view', '--minify', '-o', 'jsonpath={.contexts[0].context.namespace}']),
    ).toBe('default')
  })

  describe('explain', () => {
    test('shows a kind and its fields', async () => {
      expect(await session.run(['explain', 'widget'])).toBe(`GROUP:      example.com
KIND:       Widget
VERSION:    v1

DESCRIPTION:
    A thing to try clients on.
    
FIELDS:
  apiVersion	<string>
    The group and version in which this object is written, such as \`v1\` or
    \`compute.datumapis.com/v1alpha\`.

  kind	<string>
    The kind of this object, in CamelCase; the URL of a request says the same.

  metadata	<ObjectMeta>
    The name, labels, annotations, owners and history that every object has.

  spec	<Object> -required-
    What is wanted.

  status	<Object>
    <no description>


`)
    })

    test('shows a field with its type, its values and its description', async () => {
      expect(await session.run(['explain', 'widget.spec.color'])).toBe(`GROUP:      example.com
KIND:       Widget
VERSION:    v1

FIELD: color <string>
ENUM:
    blue
    green
    red

DESCRIPTION:
    The color that it is painted in.
    

`)
    })

    test('--recursive shows the whole tree', async () => {
      const printed = await session.run(['explain', 'wd', '--recursive'])
      expect(printed).toContain(
        '    ports\t<[]Object>\n      name\t<string> -required-\n      port\t<integer> -required-\n',
      )
    })

    test('--output=plaintext-openapiv2 speaks the older form', async () => {
      const printed = await session.run(['explain', 'widget.spec', '--output=plaintext-openapiv2'])
      expect(printed).toContain('KIND:     Widget\nVERSION:  example.com/v1\n\nRESOURCE: spec <Object>\n')
      expect(printed).toContain('   color\t<string>\n     The color that it is painted in.\n')
    })

    test('a field that is not there is told', async () => {
      expect(await session.refused(['explain', 'widget.spec.taste'])).toBe(
        'error: field "taste" does not exist\n',
      )
    })

    test.each([
      'configmaps',
      'secrets',
      'namespaces',
      'events',
      'leases',
      'customresourcedefinitions',
      'workloads',
      'networks',
      'exportpolicies',
    ])('knows %s', async (resource) => {
      expect(await session.run(['explain', resource])).toMatch(
        /^(GROUP: .*\n)?KIND: [\s\S]*DESCRIPTION:[\s\S]*FIELDS:\n/,
      )
    })
  })

  test('proxy passes any request on', async () => {
    const proxy = session.start(['proxy', '--port=0'])
    const [line = ''] = await proxy.lines(1)
    const address = line.replace('Starting to serve on ', '')
    const response = await fetch(`http://${address}/api/v1/namespaces/default`)
    expect(await response.json()).toMatchObject({ kind: 'Namespace', metadata: { name: 'default' } })
    await proxy.stop()
  })

  describe('describe', () => {
    test('shows an object field by field, and its events', async () => {
      expect(await session.run(['describe', 'widget', 'apple'])).toMatch(
        /^Name: {9}apple\nNamespace: {4}default\nLabels: {7}a=b\nAnnotations: {2}<none>\nAPI Version: {2}example.com\/v1\nKind: {9}Widget\nMetadata:\n[\s\S]*Spec:\n {2}Color: {5}red\n {2}Replicas: {2}1\nEvents: {6}<none>\n$/,
      )
      const { metadata } = JSON.parse(await session.run(['get', 'wd', 'apple', '-o', 'json']))
      const event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'apple.painted' },
        involvedObject: {
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          name: 'apple',
          namespace: 'default',
          uid: metadata.uid,
        },
        type: 'Normal',
        reason: 'Painted',
        message: 'It is red now',
        source: { component: 'painter' },
        firstTimestamp: new Date().toISOString(),
        lastTimestamp: new Date().toISOString(),
        count: 1,
      }
      await session.run(['create', '-f', '-'], { input: JSON.stringify(event) })
      expect(await session.run(['describe', 'widget', 'apple'])).toMatch(
        /Events:\n {2}Type +Reason +Age +From +Message\n[- ]+\n {2}Normal +Painted +\S+ +painter +It is red now\n$/,
      )
      expect(await session.run(['events', '--for=widget/apple', '--no-headers'])).toMatch(
        /^\S+ +Normal +Painted +Widget\/apple +It is red now\n$/,
      )
      expect(await session.run(['get', 'events', '--field-selector=reason=Painted', '--no-headers'])).toMatch(
        /^\S+ +Normal +Painted +widget\/apple +It is red now\n$/,
      )
    })

    test('knows the core kinds', async () => {
      await session.run(['create', 'secret', 'generic', 'password', '--from-literal=word=s3cret'])
      expect(await session.run(['describe', 'secret', 'password'])).toMatch(
        /Type: {2}Opaque[\s\S]*word: {2}6 bytes\n/,
      )
      await session.run(['create', 'configmap', 'settings', '--from-literal=a=1'])
      expect(await session.run(['describe', 'configmap', 'settings'])).toContain('Data\n====\na:\n----\n1\n')
      expect(await session.run(['describe', 'namespace', 'default'])).toContain('Status:       Active\n')
      expect(await session.run(['describe', 'crd', 'networks.networking.datumapis.com'])).toContain(
        'Kind:       Network\n',
      )
    })

    test('a name that is only begun finds all that begin so', async () => {
      expect(await session.run(['describe', 'widget', 'app'])).toMatch(/^Name: +apple\n/)
    })
  })

  describe('auth', () => {
    test('whoami', async () => {
      expect(await session.run(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).toBe(
        'developer@example.com',
      )
      expect(await session.run(['auth', 'whoami'])).toMatch(
        /^ATTRIBUTE +VALUE\s*\nUsername +developer@example\.com\s*\n/,
      )
    })

    test('can-i', async () => {
      expect(await session.run(['auth', 'can-i', 'create', 'widgets'])).toBe('yes\n')
      expect(await session.run(['auth', 'can-i', 'get', '/healthz'])).toBe('yes\n')
    })

    test('can-i --list', async () => {
      const [head = '', ...rules] = (await session.run(['auth', 'can-i', '--list'])).split('\n')
      expect(head).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs *$/)
      expect(rules.map((line) => line.replace(/\s+/g, ' ').trim())).toEqual(
        expect.arrayContaining([
          '*.* [] [] [*]',
          '[*] [] [*]',
          'selfsubjectreviews.authentication.k8s.io [] [] [create]',
          '[/healthz] [] [get]',
        ]),
      )
    })

    test('reconcile finds no roles to reconcile', async () => {
      const roles = [
        { kind: 'Role', metadata: { name: 'reader', namespace: 'default' }, rules: [] },
        { kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [] },
      ]
      for (const role of roles) {
        const input = JSON.stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', ...role })
        expect(await session.refused(['auth', 'reconcile', '-f', '-'], { input })).toBe(
          'Error from server (NotFound): the server could not find the requested resource ' +
            `(post ${role.kind.toLowerCase()}s.rbac.authorization.k8s.io)\n`,
        )
      }
    })
  })

  describe('completion in a shell', () => {
    const complete = async (...words: string[]) =>
      (await session.run(['__complete', ...words], { namespace: '' })).split('\n').slice(0, -2)

    test('knows the kinds that are served', async () => {
      expect(await complete('get', 'widg')).toEqual(['widgets.example.com'])
    })

    test('knows the objects that there are', async () => {
      expect(await complete('describe', 'widgets', 'app')).toEqual(['apple'])
    })
  })

  test.each([
    { verb: 'logs', command: ['logs', 'web'] },
    { verb: 'exec', command: ['exec', 'web', '--', 'true'] },
    { verb: 'run', command: ['run', 'web', '--image=nginx'] },
    { verb: 'top pod', command: ['top', 'pod'] },
    { verb: 'top node', command: ['top', 'node'] },
    { verb: 'drain', command: ['drain', 'node'] },
    { verb: 'rollout status', command: ['rollout', 'status', 'deployment/web'] },
    { verb: 'rollout history', command: ['rollout', 'history', 'deployment/web'] },
    { verb: 'rollout restart', command: ['rollout', 'restart', 'deployment/web'] },
    { verb: 'rollout undo', command: ['rollout', 'undo', 'deployment/web'] },
    { verb: 'rollout pause', command: ['rollout', 'pause', 'deployment/web'] },
    { verb: 'rollout resume', command: ['rollout', 'resume', 'deployment/web'] },
    { verb: 'attach', command: ['attach', 'web'] },
    { verb: 'port-forward', command: ['port-forward', 'pod/web', '8080:80'] },
    { verb: 'debug', command: ['debug', 'web', '--image=busybox'] },
    { verb: 'cp', command: ['cp', 'web:/etc/hosts', 'hosts'] },
    { verb: 'cordon', command: ['cordon', 'node'] },
    { verb: 'uncordon', command: ['uncordon', 'node'] },
    { verb: 'cluster-info dump', command: ['cluster-info', 'dump'] },
    { verb: 'taint', command: ['taint', 'nodes', 'node', 'a=b:NoSchedule'] },
    { verb: 'set image', command: ['set', 'image', 'deployment/web', 'web=nginx'] },
    { verb: 'set env', command: ['set', 'env', 'deployment/web', 'A=b'] },
    { verb: 'set resources', command: ['set', 'resources', 'deployment/web', '--limits=cpu=1'] },
    { verb: 'set selector', command: ['set', 'selector', 'service/web', 'a=b'] },
    { verb: 'set serviceaccount', command: ['set', 'serviceaccount', 'deployment/web', 'robot'] },
    { verb: 'set subject', command: ['set', 'subject', 'rolebinding/readers', '--user=ann'] },
    { verb: 'expose', command: ['expose', 'pod', 'web', '--port=80'] },
    { verb: 'certificate approve', command: ['certificate', 'approve', 'web'] },
    { verb: 'certificate deny', command: ['certificate', 'deny', 'web'] },
    { verb: 'create token', command: ['create', 'token', 'robot'] },
    { verb: 'autoscale', command: ['autoscale', 'widget', 'apple', '--max=2'] },
  ])('$verb, which needs kinds that are not served, fails at once and says so', async ({ command }) => {
    expect(await session.refused(command)).toMatch(
      /the server could not find the requested resource|doesn't have a resource type|Metrics API not available|no matches for kind/,
    )
  })
})
