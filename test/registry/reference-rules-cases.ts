import type { StructuralSchema } from '../../src/registry/structural-schema.ts'

/**
 * The validation rules that the deployed Datum API carries, each over the least schema that it needs, with values that
 * it admits and values that it refuses. A pair in `[…, …]` of a transition is the new value and the old one.
 */
export interface RuleCase {
  readonly rule: string
  readonly schema: StructuralSchema
  readonly admits: readonly Trial[]
  readonly refuses: readonly Trial[]
}

export interface Trial {
  readonly value: unknown
  /** Absent on create. */
  readonly old?: unknown
}

/** `'string'`, `['string']` for lists, `{ name: 'string' }` for objects; `'string:date-time'` with a format. */
type Shape = string | readonly [Shape] | { readonly [field: string]: Shape }

function schemaOf(shape: Shape): StructuralSchema {
  if (typeof shape === 'string') {
    const [type = '', format] = shape.split(':')
    return { type, ...(format ? { format } : {}) }
  }
  if (Array.isArray(shape)) return { type: 'array', items: schemaOf(shape[0] as Shape) }
  const properties = Object.entries(shape).map(([name, field]) => [name, schemaOf(field as Shape)] as const)
  return { type: 'object', properties: Object.fromEntries(properties) }
}

function rule(text: string, shape: Shape, admits: readonly unknown[], refuses: readonly unknown[]): RuleCase {
  const created = (value: unknown): Trial => ({ value })
  return { rule: text, schema: schemaOf(shape), admits: admits.map(created), refuses: refuses.map(created) }
}

function transition(
  text: string,
  shape: Shape,
  admits: readonly (readonly [unknown, unknown])[],
  refuses: readonly (readonly [unknown, unknown])[],
): RuleCase {
  const updated = ([value, old]: readonly [unknown, unknown]): Trial => ({ value, old })
  return {
    rule: text,
    schema: schemaOf(shape),
    // no transition rule speaks about a creation
    admits: [...admits.map(updated), ...refuses.map(([value]) => ({ value }))],
    refuses: refuses.map(updated),
  }
}

const filterFields = [
  ['requestHeaderModifier', 'RequestHeaderModifier'],
  ['responseHeaderModifier', 'ResponseHeaderModifier'],
  ['requestMirror', 'RequestMirror'],
  ['requestRedirect', 'RequestRedirect'],
  ['urlRewrite', 'URLRewrite'],
  ['extensionRef', 'ExtensionRef'],
] as const

/** A filter has the field of its type and no other. */
const filterRules = filterFields.flatMap(([field, type]) => [
  rule(
    `!(has(self.${field}) && self.type != '${type}')`,
    { type: 'string', [field]: {} },
    [{ type, [field]: {} }, { type: 'CORS' }],
    [{ type: 'CORS', [field]: {} }],
  ),
  rule(
    `!(!has(self.${field}) && self.type == '${type}')`,
    { type: 'string', [field]: {} },
    [{ type, [field]: {} }, { type: 'CORS' }],
    [{ type }],
  ),
])

const repeatedFilterRules = [
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'URLRewrite',
].map((type) =>
  rule(
    `self.filter(f, f.type == '${type}').size() <= 1`,
    [{ type: 'string' }],
    [[], [{ type }, { type: 'CORS' }, { type: 'CORS' }]],
    [[{ type }, { type: 'CORS' }, { type }]],
  ),
)

const path = { type: 'string', value: 'string' } as const

/** What an exact path or a prefix must not hold; regular expressions may hold anything. */
const pathRules = [
  ["contains('//')", '/a//b'],
  ["contains('/./')", '/a/./b'],
  ["contains('/../')", '/a/../b'],
  ["contains('%2f')", '/a%2fb'],
  ["contains('%2F')", '/a%2Fb'],
  ["contains('#')", '/a#b'],
  ["endsWith('/..')", '/a/..'],
  ["endsWith('/.')", '/a/.'],
].map(([call, bad]) =>
  rule(
    `(self.type in ['Exact','PathPrefix']) ? !self.value.${call} : true`,
    path,
    [
      { type: 'Exact', value: '/a/b' },
      { type: 'RegularExpression', value: bad },
    ],
    [
      { type: 'Exact', value: bad },
      { type: 'PathPrefix', value: bad },
    ],
  ),
)

const rewrite = { path: { type: 'string', replacePrefixMatch: 'string' } } as const
const prefixRewrite = { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } }

/** A prefix can be replaced only where one prefix was matched. */
const prefixRules = ['requestRedirect', 'urlRewrite'].flatMap((field) => {
  const matches = [{ path: { type: 'string' } }] as const
  const prefix = [{ path: { type: 'PathPrefix' } }]
  const exact = [{ path: { type: 'Exact' } }]
  const condition = `has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch)`
  const verdict =
    "((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true"
  const filters = [{ [field]: prefixRewrite }]
  return [
    rule(
      `(has(self.filters) && self.filters.exists_one(f, ${condition})) ? ${verdict}`,
      { filters: [{ [field]: rewrite }], matches },
      [{ filters, matches: prefix }, { matches: exact }, { filters: [{}], matches: [] }],
      [
        { filters, matches: exact },
        { filters, matches: [] },
        { filters, matches: [...prefix, ...prefix] },
        { filters, matches: [{}] },
      ],
    ),
    rule(
      `(has(self.backends) && self.backends.exists_one(b, (has(b.filters) && b.filters.exists_one(f, ${condition})) )) ? ${verdict}`,
      { backends: [{ filters: [{ [field]: rewrite }] }], matches },
      [{ backends: [{ filters }], matches: prefix }, { backends: [{}], matches: exact }, { matches: [] }],
      [
        { backends: [{ filters }], matches: exact },
        { backends: [{}, { filters }], matches: [] },
      ],
    ),
  ]
})

const matchCount = Array.from(
  { length: 16 },
  (_, index) => `(self.size() > ${index} ? self[${index}].matches.size() : 0)`,
)
const modifier = { type: 'string', replaceFullPath: 'string', replacePrefixMatch: 'string' } as const
const condition = [{ type: 'string', reason: 'string' }] as const
const target = { resourceRef: { name: 'string' }, resourceKind: { kind: 'string' } } as const
const registration = {
  spec: { type: 'string', resourceType: 'string', consumerType: { kind: 'string' } },
} as const
const hostname = String.raw`^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
const pathCharacters = `^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$`

export const ruleCases: readonly RuleCase[] = [
  ...filterRules,
  ...repeatedFilterRules,
  ...pathRules,
  ...prefixRules,
  rule(
    '!has(self.spec.resourceRef)',
    { spec: { resourceRef: { name: 'string' } } },
    [{ spec: {} }],
    [{ spec: { resourceRef: { name: 'a' } } }],
  ),
  transition(
    "oldSelf == null || self == null || self == oldSelf || self >= oldSelf + duration('5m')",
    'string:date-time',
    [
      ['2026-11-23T08:00:00Z', '2026-11-23T08:00:00Z'],
      ['2026-11-23T08:05:00Z', '2026-11-23T08:00:00Z'],
      ['2026-11-23T09:05:00+01:00', '2026-11-23T08:00:00Z'],
    ],
    [
      ['2026-11-23T08:04:59Z', '2026-11-23T08:00:00Z'],
      ['2026-11-23T07:00:00Z', '2026-11-23T08:00:00Z'],
    ],
  ),
  transition(
    "oldSelf == '' || self == oldSelf",
    'string',
    [
      ['a.b', ''],
      ['a.b', 'a.b'],
    ],
    [['c.d', 'a.b']],
  ),
  rule("self.indexOf('.') != -1", 'string', ['example.com', '.'], ['localhost', '']),
  rule(
    'self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))',
    [{ name: 'string' }],
    [[], [{ name: 'a' }, { name: 'b' }], [{}, {}]],
    [[{ name: 'a' }, {}, { name: 'a' }]],
  ),
  rule(
    `${matchCount.join(' + ')} <= 128`,
    [{ matches: ['string'] }],
    [[], [{ matches: Array(64).fill('m') }, { matches: Array(64).fill('m') }]],
    [[{ matches: Array(64).fill('m') }, { matches: Array(64).fill('m') }, { matches: ['m'] }]],
  ),
  rule(
    '(has(self.backends) && size(self.backends) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true',
    { backends: ['string'], filters: [{ requestRedirect: {} }] },
    [
      {},
      { backends: [], filters: [{ requestRedirect: {} }] },
      { backends: ['b'], filters: [{}] },
      { backends: ['b'] },
    ],
    [{ backends: ['b'], filters: [{}, { requestRedirect: {} }] }],
  ),
  rule(
    "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
    [{ type: 'string' }],
    [[], [{ type: 'RequestRedirect' }], [{ type: 'URLRewrite' }]],
    [[{ type: 'URLRewrite' }, { type: 'RequestRedirect' }]],
  ),
  rule("!('*' in self && self.size() > 1)", ['string'], [[], ['*'], ['GET', 'PUT']], [['*', 'GET']]),
  rule(
    '!(has(self.percent) && has(self.fraction))',
    { percent: 'integer', fraction: {} },
    [{}, { percent: 1 }, { fraction: {} }],
    [{ percent: 1, fraction: {} }],
  ),
  rule(
    "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    { group: 'string', kind: 'string', port: 'integer' },
    [
      { group: '', kind: 'Service', port: 80 },
      { group: 'g', kind: 'Service' },
      { group: '', kind: 'Other' },
    ],
    [{ group: '', kind: 'Service' }],
  ),
  rule(
    'self.numerator <= self.denominator',
    { numerator: 'integer', denominator: 'integer' },
    [{ numerator: 1, denominator: 1 }],
    [{ numerator: 2, denominator: 1 }],
  ),
  rule(
    "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
    modifier,
    [{ type: 'ReplaceFullPath', replaceFullPath: '/' }, { type: 'x' }],
    [{ type: 'ReplaceFullPath' }],
  ),
  rule(
    "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
    modifier,
    [{ type: 'ReplaceFullPath', replaceFullPath: '/' }, { type: 'x' }],
    [{ type: 'x', replaceFullPath: '/' }],
  ),
  rule(
    "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
    modifier,
    [{ type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }, { type: 'x' }],
    [{ type: 'ReplacePrefixMatch' }],
  ),
  rule(
    "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
    modifier,
    [{ type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }, { type: 'x' }],
    [{ type: 'x', replacePrefixMatch: '/' }],
  ),
  rule(
    "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
    path,
    [
      { type: 'Exact', value: '/a' },
      { type: 'RegularExpression', value: 'a' },
    ],
    [{ type: 'PathPrefix', value: 'a' }],
  ),
  rule(
    "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
    path,
    [
      { type: 'Exact', value: '' },
      { type: 'RegularExpression', value: '' },
    ],
    [{ type: 'Glob', value: '' }],
  ),
  rule(
    `(self.type in ['Exact','PathPrefix']) ? self.value.matches(r"""${pathCharacters}""") : true`,
    path,
    [
      { type: 'Exact', value: "/a-b/%20/(c)'" },
      { type: 'RegularExpression', value: '[' },
    ],
    [
      { type: 'Exact', value: '/a b' },
      { type: 'Exact', value: '/%2' },
      { type: 'PathPrefix', value: '' },
    ],
  ),
  rule(
    `self.type == 'Hostname' ? self.value.matches(r"""${hostname}"""): true`,
    path,
    [
      { type: 'Hostname', value: '*.example.com' },
      { type: 'IPAddress', value: '::1' },
    ],
    [
      { type: 'Hostname', value: 'Example.com' },
      { type: 'Hostname', value: 'a..b' },
    ],
  ),
  transition(
    'type(oldSelf) == null_type || self == oldSelf',
    'string',
    [['Personal', 'Personal']],
    [['Personal', 'Standard']],
  ),
  transition(
    'self == oldSelf',
    { name: 'string' },
    [[{ name: 'a' }, { name: 'a' }]],
    [
      [{ name: 'b' }, { name: 'a' }],
      [{}, { name: 'a' }],
    ],
  ),
  rule(
    '(has(self.email) && !has(self.userRef)) || (!has(self.email) && has(self.userRef))',
    { email: 'string', userRef: { name: 'string' } },
    [{ email: 'a@example.com' }, { userRef: { name: 'a' } }],
    [{}, { email: 'a@example.com', userRef: { name: 'a' } }],
  ),
  transition(
    'oldSelf == null || self == oldSelf',
    target,
    [[{ resourceKind: { kind: 'A' } }, { resourceKind: { kind: 'A' } }]],
    [[{ resourceKind: { kind: 'B' } }, { resourceKind: { kind: 'A' } }]],
  ),
  rule(
    'has(self.resourceRef) != has(self.resourceKind)',
    target,
    [{ resourceRef: {} }, { resourceKind: {} }],
    [{}, { resourceRef: {}, resourceKind: {} }],
  ),
  rule(
    "(self.kind == 'Group' && has(self.name) && self.name.startsWith('system:')) || (has(self.uid) && size(self.uid) > 0)",
    { kind: 'string', name: 'string', uid: 'string' },
    [
      { kind: 'Group', name: 'system:authenticated' },
      { kind: 'User', name: 'a', uid: '1' },
    ],
    [{ kind: 'User', name: 'system:a' }, { kind: 'Group', name: 'a', uid: '' }, { kind: 'Group' }],
  ),
  ...[
    ['Granted', ['QuotaAvailable', 'QuotaExceeded', 'ValidationFailed', 'PendingEvaluation']] as const,
    ['Active', ['GrantActive', 'ValidationFailed', 'GrantPending']] as const,
    ['Active', ['RegistrationActive', 'ValidationFailed', 'RegistrationPending']] as const,
  ].map(([type, reasons]) =>
    rule(
      `self.all(c, c.type == '${type}' ? c.reason in [${reasons.map((reason) => `'${reason}'`).join(', ')}] : true)`,
      condition,
      [[], reasons.map((reason) => ({ type, reason })), [{ type: 'Other', reason: 'Anything' }]],
      [
        [
          { type, reason: reasons[0] },
          { type, reason: 'Anything' },
        ],
      ],
    ),
  ),
  ...(['resourceType', 'type'] as const).map((field) =>
    transition(
      `!has(oldSelf.spec.${field}) || self.spec.${field} == oldSelf.spec.${field}`,
      registration,
      [
        [{ spec: { [field]: 'a' } }, { spec: {} }],
        [{ spec: { [field]: 'a' } }, { spec: { [field]: 'a' } }],
      ],
      [[{ spec: { [field]: 'b' } }, { spec: { [field]: 'a' } }]],
    ),
  ),
  transition(
    '!has(oldSelf.spec.consumerType) || self.spec.consumerType == oldSelf.spec.consumerType',
    registration,
    [[{ spec: { consumerType: { kind: 'A' } } }, { spec: {} }]],
    [[{ spec: { consumerType: { kind: 'B' } } }, { spec: { consumerType: { kind: 'A' } } }]],
  ),
  transition(
    "type(oldSelf) == null_type || oldSelf == 'Pending' || self == oldSelf",
    'string',
    [
      ['Accepted', 'Pending'],
      ['Accepted', 'Accepted'],
    ],
    [['Declined', 'Accepted']],
  ),
]
