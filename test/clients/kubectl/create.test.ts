import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl create', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const json = async (...words: string[]) => JSON.parse(await session.run([...words, '-o', 'json']))

  test('-f makes what the file says, once', async () => {
    const file = session.write('apple.yaml', widget('apple'))
    expect(await session.run(['create', '-f', file])).toBe('widget.example.com/apple created\n')
    expect(await session.refused(['create', '-f', file])).toBe(
      `Error from server (AlreadyExists): error when creating "${file}": widgets.example.com "apple" already exists\n`,
    )
  })

  test('generateName is completed by the server', async () => {
    const input = widget('x').replace('name: x', 'generateName: wheel-')
    expect(await session.run(['create', '-f', '-', '-o', 'name'], { input })).toMatch(
      /^widget\.example\.com\/wheel-[a-z0-9]{5}\n$/,
    )
  })

  test('secret: generic, tls and docker-registry, sent as protobuf', async () => {
    await session.run(['create', 'secret', 'generic', 'password', '--from-literal=word=s3cret'])
    expect(await json('get', 'secret', 'password')).toMatchObject({
      type: 'Opaque',
      data: { word: 'czNjcmV0' },
    })

    const registry = ['--docker-server=r.example.com', '--docker-username=u', '--docker-password=p']
    await session.run(['create', 'secret', 'docker-registry', 'pull', ...registry])
    const pull = await json('get', 'secret', 'pull')
    expect(pull.type).toBe('kubernetes.io/dockerconfigjson')
    expect(JSON.parse(Buffer.from(pull.data['.dockerconfigjson'], 'base64').toString()).auths).toHaveProperty(
      ['r.example.com'],
    )
  })

  test('configmap: from literals and from files, of text and of bytes', async () => {
    const file = session.write('motto.txt', 'per aspera\n')
    await session.run(['create', 'configmap', 'settings', '--from-literal=a=1', `--from-file=${file}`])
    expect((await json('get', 'configmap', 'settings')).data).toEqual({ a: '1', 'motto.txt': 'per aspera\n' })
  })

  test('namespace', async () => {
    expect(await session.run(['create', 'namespace', 'annex'])).toBe('namespace/annex created\n')
    expect(await json('get', 'namespace', 'annex')).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'annex' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
    expect(await session.refused(['create', 'namespace', 'annex'])).toBe(
      'Error from server (AlreadyExists): namespaces "annex" already exists\n',
    )
  })

  test('--dry-run=server answers as if it had been made, and makes nothing', async () => {
    const dry = ['create', 'configmap', 'ghost', '--dry-run=server']
    expect(await session.run(dry)).toBe('configmap/ghost created (server dry run)\n')
    expect((await json(...dry)).metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(await session.refused(['get', 'configmap', 'ghost'])).toContain('NotFound')
  })

  test('-o name says what was made', async () => {
    expect(await session.run(['create', '-f', '-', '-o', 'name'], { input: widget('named') })).toBe(
      'widget.example.com/named\n',
    )
  })

  test('--raw posts to any path', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'raw' } }
    const file = session.write('raw.json', JSON.stringify(body))
    const path = `${session.plane}/api/v1/namespaces/shop/configmaps`
    expect(JSON.parse(await session.run(['create', '--raw', path, '-f', file])).metadata.name).toBe('raw')
  })

  test('an unknown field is refused, warned of, or dropped, as --validate says', async () => {
    const file = session.write('typo.yaml', widget('typo', { colour: 'red' }))
    expect(await session.refused(['create', '-f', file])).toBe(
      `Error from server (BadRequest): error when creating "${file}": Widget in version "v1" cannot be handled as a ` +
        'Widget: strict decoding error: unknown field "spec.colour"\n',
    )
    const warned = await session.attempt(['create', '-f', file, '--validate=warn', '--dry-run=server'])
    expect(warned.error).toBe('Warning: unknown field "spec.colour"\n')
    const ignored = await session.attempt(['create', '-f', file, '--validate=ignore', '-o', 'json'])
    expect(ignored.error).toBe('')
    expect(JSON.parse(ignored.out).spec).toEqual({ color: 'blue', replicas: 1 })
  })

  test('all that is wrong with an object is said at once', async () => {
    const spec = { color: 'pink', replicas: -1, note: 'x'.repeat(21), ports: [{ port: 1 }] }
    expect(await session.refused(['create', '-f', '-'], { input: widget('wrong', spec) })).toBe(
      `The Widget "wrong" is invalid: 
* spec.color: Unsupported value: "pink": supported values: "blue", "green", "red"
* spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0
* spec.note: Too long: may not be more than 20 bytes
* spec.ports[0].name: Required value
* .spec.replicas: Invalid value: -1: should be a non-negative integer
* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation
`,
    )
  })

  test('a validation rule that is broken speaks with its own message', async () => {
    const input = widget('many', { color: 'red', replicas: 4 })
    expect(await session.refused(['create', '-f', '-'], { input })).toBe(
      'The Widget "many" is invalid: spec: Invalid value: "object": there is paint for three red ones only\n',
    )
  })

  test('a name that cannot be one is refused', async () => {
    expect(await session.refused(['create', 'configmap', 'Upper_Case'])).toBe(
      'error: failed to create configmap: ConfigMap "Upper_Case" is invalid: metadata.name: Invalid value: "Upper_Case": a ' +
        "lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
        "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\n",
    )
  })

  test('nothing can be made in a namespace that is not there', async () => {
    expect(await session.refused(['create', 'configmap', 'lost'], { namespace: 'nowhere' })).toBe(
      'error: failed to create configmap: namespaces "nowhere" not found\n',
    )
  })

  test('a kind that nobody serves is not found before anything is sent', async () => {
    const input = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}'
    expect(await session.refused(['create', '-f', '-'], { input })).toContain(
      'no matches for kind "Pod" in version "v1"\nensure CRDs are installed first\n',
    )
  })

  test.each([
    { command: ['create', 'serviceaccount', 'robot'], posts: '' },
    { command: ['create', 'token', 'robot'], posts: '' },
    { command: ['create', 'quota', 'small', '--hard=cpu=1'], posts: '' },
    { command: ['create', 'service', 'clusterip', 'web', '--tcp=80'], posts: '' },
    { command: ['create', 'deployment', 'web', '--image=nginx'], posts: 'deployments.apps' },
    { command: ['create', 'job', 'once', '--image=nginx'], posts: 'jobs.batch' },
    {
      command: ['create', 'cronjob', 'daily', '--image=nginx', '--schedule=@daily'],
      posts: 'cronjobs.batch',
    },
    { command: ['create', 'ingress', 'web', '--rule=a/b=c:1'], posts: 'ingresses.networking.k8s.io' },
    {
      command: ['create', 'poddisruptionbudget', 'web', '--selector=a=b', '--min-available=1'],
      posts: 'poddisruptionbudgets.policy',
    },
    { command: ['create', 'priorityclass', 'high', '--value=1'], posts: 'priorityclasses.scheduling.k8s.io' },
    {
      command: ['create', 'role', 'reader', '--verb=get', '--resource=widgets'],
      posts: 'roles.rbac.authorization.k8s.io',
    },
    {
      command: ['create', 'rolebinding', 'readers', '--role=reader', '--user=ann'],
      posts: 'rolebindings.rbac.authorization.k8s.io',
    },
    {
      command: ['create', 'clusterrole', 'reader', '--verb=get', '--resource=widgets'],
      posts: 'clusterroles.rbac.authorization.k8s.io',
    },
    {
      command: ['create', 'clusterrolebinding', 'readers', '--clusterrole=reader', '--user=ann'],
      posts: 'clusterrolebindings.rbac.authorization.k8s.io',
    },
  ])(
    '$command, whose kind is not served, is refused as by a server without it',
    async ({ command, posts }) => {
      const request = posts === '' ? '' : ` (post ${posts})`
      const words = await session.refused(command)
      expect(words.slice(words.lastIndexOf(': '))).toBe(
        `: the server could not find the requested resource${request}\n`,
      )
    },
  )
})
