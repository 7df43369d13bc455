import type { Chance } from './chance.ts'

/** JSON values that have broken servers before. */
export function hostileValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => '',
    () => [],
    () => ({}),
    () => -1,
    () => 1e308,
    () => 2 ** 53 + 2,
    () => 0.1,
    () => true,
    () => '__proto__',
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    () => 'x'.repeat(chance.pick([64, 254, 70_000])),
    () => chance.text(30),
    () => nested(chance.between(10, 500)),
    () => Array.from({ length: chance.between(1, 2000) }, (_, index) => index),
    () =>
      Object.fromEntries(Array.from({ length: chance.between(1, 500) }, (_, index) => [`k${index}`, index])),
    () => '9'.repeat(400),
    () => '(a+)+$',
    () => '2026-02-30T25:61:61Z',
    () => '::ffff:1.2.3.4/129',
  ])()
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Bodies that are JSON only at first sight. */
export function hostileText(chance: Chance): string {
  return chance.pick<() => string>([
    () => '['.repeat(chance.between(1, 100_000)),
    () => `${'{"a":'.repeat(chance.between(1, 20_000))}1${'}'.repeat(10)}`,
    () => '{"metadata":{"name":"one","name":"two"},"metadata":{}}',
    () => '{"a":1e99999,"b":-0,"c":00}',
    () => '\ufeff{"kind":"ConfigMap"}',
    () => '{"a":"\ud800"}',
    () => '{"a":"\\ud800\\u0000"}',
    () => '{} {}',
    () => `"${'x'.repeat(100_000)}"`,
    () => '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":1}} garbage',
    () => chance.bytes(chance.between(0, 200)).toString('latin1'),
    () => 'nul',
  ])()
}

/** YAML that grows, runs code elsewhere, or is something else than it seems. */
export function hostileYaml(chance: Chance): string {
  return chance.pick<() => string>([
    () =>
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]`)
        .join('\n')}`,
    () => 'a: &x [*x]',
    () => '&a [*a, *a]',
    () => '<<: &x {a: 1}\nb: *x\n<<: *x',
    () => 'a: !!js/function "function() {}"',
    () => 'a: !!binary "////"\nb: !<tag:yaml.org,2002:python/object/apply:os.system> [x]',
    () => '? [a, b]\n: c\n? {x: y}\n: z',
    () => '---\na: 1\n---\nb: 2\n...',
    () => `${'- '.repeat(chance.between(1, 3000))}x`,
    () => `${'{a: '.repeat(chance.between(1, 3000))}`,
    () =>
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: yes, b: 012, c: .inf, d: 2001-01-01}',
    () => '"__proto__": {polluted: true}\nconstructor: {prototype: {polluted: true}}',
    () => '\t a: 1',
    () => `a: |${chance.between(0, 99)}\n  ${chance.text(40)}`,
    () => '%YAML 9.9\n--- a',
    () => chance.text(100),
  ])()
}

/** Kubernetes' magic and then nearly anything. */
export function hostileProtobuf(chance: Chance): Buffer {
  const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00])
  return chance.pick<() => Buffer>([
    () => Buffer.concat([magic, chance.bytes(chance.between(0, 200))]),
    () => magic,
    () => Buffer.concat([magic, Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])]),
    // A group within a group within a group.
    () => Buffer.concat([magic, Buffer.alloc(chance.between(1, 20_000), 0x0b)]),
    // The envelope of a v1 ConfigMap around something else.
    () => {
      const raw = chance.bytes(chance.between(0, 100))
      const head = Buffer.from('\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12', 'latin1')
      return Buffer.concat([magic, head, Buffer.from([raw.length]), raw])
    },
    () => {
      let message = Buffer.from([0x0a, 0x00])
      for (let level = 0; level < 40; level++)
        message = Buffer.concat([Buffer.from([0x0a, message.length]), message])
      return Buffer.concat([
        magic,
        Buffer.from('\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12', 'latin1'),
        Buffer.from([message.length]),
        message,
      ])
    },
  ])()
}

export function hostilePatch(chance: Chance): { type: string; body: unknown } {
  const json = 'application/json-patch+json'
  const merge = 'application/merge-patch+json'
  const strategic = 'application/strategic-merge-patch+json'
  const paths = [
    '',
    '/',
    '/metadata',
    '/metadata/name',
    '/data',
    '/data/a',
    '/spec/x/-',
    '/metadata/labels/~1~0~2',
    '/__proto__/x',
    '/constructor/prototype/x',
    '/a/99999999999999999999',
    '/data/-1',
    '/kind',
  ]
  const path = () => chance.pick(paths)
  const operation = () => ({
    op: chance.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x']),
    path: path(),
    from: path(),
    value: hostileValue(chance),
  })
  return chance.pick<() => { type: string; body: unknown }>([
    () => ({ type: json, body: Array.from({ length: chance.between(0, 6) }, operation) }),
    // Each copy doubles: 2^40 values if nobody counts.
    () => ({
      type: json,
      body: [
        { op: 'add', path: '/data', value: { a: 'x'.repeat(100) } },
        ...Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/data', path: `/data/c${index}` })),
      ],
    }),
    () => ({
      type: json,
      body: Array.from({ length: 11_000 }, () => ({ op: 'test', path: '/kind', value: 'x' })),
    }),
    () => ({ type: merge, body: hostileValue(chance) }),
    () => ({ type: merge, body: { metadata: hostileValue(chance) } }),
    () => ({
      type: merge,
      body: { data: null, metadata: { labels: null, annotations: hostileValue(chance) } },
    }),
    () => ({ type: strategic, body: { $patch: 'replace', data: hostileValue(chance) } }),
    () => ({ type: strategic, body: { metadata: { $retainKeys: hostileValue(chance), $patch: 'delete' } } }),
    () => ({
      type: strategic,
      body: {
        metadata: {
          '$deleteFromPrimitiveList/finalizers': hostileValue(chance),
          '$setElementOrder/ownerReferences': [{}],
        },
      },
    }),
    () => ({
      type: strategic,
      body: { metadata: { ownerReferences: [{ $patch: 'merge' }, { uid: {} }, hostileValue(chance)] } },
    }),
    () => ({
      type: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'one', managedFields: hostileValue(chance) },
      },
    }),
  ])()
}

export function hostileSelector(chance: Chance): string {
  return chance.pick<() => string>([
    () => 'a in (',
    () => `a in (${Array.from({ length: chance.between(1, 3000) }, (_, index) => `v${index}`).join(',')})`,
    () => Array.from({ length: chance.between(1, 2000) }, (_, index) => `k${index}!=v`).join(','),
    () => '!'.repeat(chance.between(1, 5000)),
    () => `${'('.repeat(5000)}`,
    () => 'a==b,,c',
    () => 'metadata.name=one,metadata.name!=one',
    () => 'status.__proto__=x',
    () => `${'a.'.repeat(2000)}=x`,
    () => 'metadata.name=\\,\\=\\',
    () => `x notin (${chance.text(40)})`,
    () => chance.text(60),
  ])()
}

export function hostileContinue(chance: Chance): string {
  const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const v = 'meta.k8s.io/v1'
  return chance.pick<() => string>([
    () => token({ v, rv: chance.pick([-1, 0, 1, 2, 2 ** 40, 1e300, '1']), start: '../../x\0' }),
    () => token({ v, rv: -1, start: chance.text(20) }),
    () => token({ v, rv: 1, start: `${'x'.repeat(3000)}\0` }),
    () => token({ v, rv: -1, start: '\ufffd\0' }),
    () => token(hostileValue(chance)),
    () => token({ v: 'meta.k8s.io/v9', rv: 1, start: 'a\0' }),
    () => chance.text(50),
  ])()
}

const rules = [
  // As expensive as can be asked for.
  'self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, a + b + c + d > -1))))',
  'self.list.map(a, self.list.map(b, self.list.map(c, a * b * c))).size() >= 0',
  "self.text.matches('(a+)+$')",
  "self.text.replace('a', self.text).replace('a', self.text).replace('a', self.text).size() > 0",
  'self.list.filter(a, self.list.exists(b, b == a)).size() >= 0',
  "self.text.split('').all(c, self.text.contains(c))",
  '1 / 0 == 1',
  'self.missing == 1',
  'oldSelf == self',
  'self == dyn(1)',
  'true ? self : false',
  "'x'.matches('[')",
  'self.list[999]',
  'duration(self.text) > duration("1s")',
  "quantity(self.text).isGreaterThan(quantity('1'))",
  '((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))',
  `${'!'.repeat(300)}true`,
  `${'['.repeat(300)}${']'.repeat(300)} == []`,
  '',
]

/** A definition with something in it that a server has to survive; `index` is one of few, so that they are met again. */
export function hostileDefinition(chance: Chance): unknown {
  const plural = `fuzz${chance.between(0, 4)}s`
  const group = 'fuzz.example.com'
  const spec = chance.pick<() => unknown>([
    () => ({
      type: 'object',
      'x-kubernetes-validations': [
        { rule: chance.pick(rules), message: 'no' },
        { rule: chance.pick(rules), messageExpression: chance.pick(rules) },
      ],
      properties: {
        list: { type: 'array', items: { type: 'integer' }, ...(chance.once(2) ? { maxItems: 500 } : {}) },
        text: { type: 'string', ...(chance.once(2) ? { maxLength: 10_000 } : {}) },
      },
    }),
    () => ({
      type: 'object',
      properties: {
        text: {
          type: 'string',
          pattern: chance.pick(['(a+)+$', '[', '(?=a)', '(a|aa)+$', '\\1', 'x'.repeat(5000)]),
        },
      },
    }),
    () => deepSchema(chance.between(5, 300)),
    () => ({
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 800 }, (_, index) => [`p${index}`, { type: 'string' }]),
      ),
    }),
    () =>
      JSON.parse(
        '{"type":"object","properties":{"__proto__":{"type":"string","default":"x"},"constructor":{"type":"object","properties":{"prototype":{"type":"string"}}}}}',
      ),
    () => ({
      type: 'object',
      properties: { a: { type: 'integer', minimum: 5, maximum: 1, multipleOf: 0, default: 'x' } },
    }),
    () => ({
      type: 'object',
      allOf: [{ not: { anyOf: [{ required: ['a'] }] } }],
      properties: { a: { type: 'string', enum: [null, {}, []] } },
    }),
    () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    () => ({
      type: 'object',
      properties: {
        l: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['__proto__'],
          items: { type: 'object', properties: {} },
        },
      },
    }),
    () => ({ $ref: '#/definitions/x' }),
    () => hostileValue(chance),
  ])()
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        plural,
        singular: plural.slice(0, -1),
        kind: `Fuzz${plural.charAt(4)}`,
        listKind: `Fuzz${plural.charAt(4)}List`,
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
          ...(chance.once(3)
            ? {
                subresources: {
                  status: {},
                  scale: {
                    specReplicasPath: chance.pick(['.spec.replicas', '.spec[', '.__proto__.x']),
                    statusReplicasPath: '.status.x',
                  },
                },
              }
            : {}),
          ...(chance.once(3)
            ? {
                additionalPrinterColumns: [
                  {
                    name: 'A',
                    type: chance.pick(['string', 'date', 'integer', 'x']),
                    jsonPath: chance.pick([
                      '.spec.text',
                      '.spec.list[*]',
                      '.spec[?(@.a==1)]',
                      '..',
                      '.[',
                      '.spec.list[-1:]',
                    ]),
                  },
                ],
              }
            : {}),
          ...(chance.once(4)
            ? { selectableFields: [{ jsonPath: chance.pick(['.spec.text', '.spec.list', '.x']) }] }
            : {}),
        },
      ],
    },
  }
}

function deepSchema(depth: number): unknown {
  let schema: unknown = { type: 'string', default: 'x' }
  for (let level = 0; level < depth; level++) schema = { type: 'object', properties: { a: schema } }
  return schema
}

/** Objects for such definitions: long lists and texts for rules that go over them again and again. */
export function hostileCustomObject(chance: Chance): { path: string; body: unknown } {
  const index = chance.between(0, 4)
  return {
    path: `/apis/fuzz.example.com/v1/namespaces/default/fuzz${index}s`,
    body: {
      apiVersion: 'fuzz.example.com/v1',
      kind: `Fuzz${index}`,
      metadata: { name: chance.pick(['one', 'two', 'three']) },
      spec: chance.once(3)
        ? hostileValue(chance)
        : {
            list: Array.from({ length: chance.pick([3, 100, 500]) }, (_, each) => each),
            text: chance.pick(['a'.repeat(35), 'a'.repeat(3000), 'b', '1h', '10Mi']),
            a: hostileValue(chance),
          },
    },
  }
}

/** Bytes on a connection that are not, or not quite, HTTP. */
export function hostileBytes(chance: Chance, request: string): Buffer {
  return chance.pick<() => Buffer>([
    () => chance.bytes(chance.between(0, 300)),
    () => Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), chance.bytes(chance.between(0, 300))]),
    () =>
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), chance.bytes(chance.between(0, 300))]),
    () => Buffer.from(`${request.slice(0, chance.between(0, request.length))}`),
    () => {
      const bytes = Buffer.from(request)
      for (let times = chance.between(1, 4); times > 0; times--)
        bytes[chance.between(0, bytes.length)] = chance.between(0, 256)
      return bytes
    },
    () => Buffer.from(request.replace('\r\n', `\r\nx: ${'y'.repeat(70_000)}\r\n`)),
    () => Buffer.from(request.replace('\r\n', '\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n')),
    () =>
      Buffer.from(
        request.replace(
          '\r\n',
          `\r\ncontent-length: ${chance.pick(['-1', '99999999999999999999', 'x', '3000000000'])}\r\n`,
        ),
      ),
    () => Buffer.from(request.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\nx')),
    () => Buffer.from(`${request}${request}${request}`),
    () => Buffer.from(request.replace('HTTP/1.1', chance.pick(['HTTP/0.9', 'HTTP/9.9', 'HTTP/1.0', '']))),
  ])()
}
