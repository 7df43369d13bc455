import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Options, resolveOptions, startOptions, variableOf } from '../../src/cli/options.ts'
import { version } from '../../src/version.ts'

function resolve(given: Record<string, string[]>, environment: Record<string, string> = {}): Options {
  return resolveOptions(given, environment)
}

describe('the options', () => {
  test('have the documented defaults', () => {
    expect(resolve({})).toEqual({
      port: 7443,
      listen: ['127.0.0.1', '::1'],
      tlsSan: [],
      stateDir: '.datum-local',
      memory: false,
      durability: 'normal',
      empty: false,
      seedProjects: false,
      auth: 'token',
      badToken: '403',
      pat: [],
      withoutReconcilers: [],
      pace: 'instant',
      failImages: [],
      failLocations: [],
      externalPool: '198.18.0.0/15',
      exportTelemetry: false,
      crds: undefined,
      auditLog: undefined,
      logLevel: 'warn',
      json: false,
      limit: [],
    })
  })

  test('are read from flags before variables before defaults', () => {
    const environment = { DATUM_LOCAL_PORT: '8001', DATUM_LOCAL_PACE: 'manual' }
    expect(resolve({ port: ['8002'] }, environment)).toMatchObject({ port: 8002, pace: 'manual' })
  })

  test('take the last of several values, or all of them where they are repeatable', () => {
    const options = resolve({ port: ['1', '2'], 'tls-san': ['a.test', 'b.test'] })
    expect(options).toMatchObject({ port: 2, tlsSan: ['a.test', 'b.test'] })
  })

  test('divide variables of repeatable options at commas', () => {
    const options = resolve({}, { DATUM_LOCAL_WITHOUT_RECONCILERS: 'workload, instance' })
    expect(options.withoutReconcilers).toEqual(['workload', 'instance'])
  })

  test('divide names of reconcilers at commas as flags too', () => {
    expect(resolve({ 'without-reconcilers': ['workload,instance', 'subnet'] }).withoutReconcilers).toEqual([
      'workload',
      'instance',
      'subnet',
    ])
  })

  test.each([
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
    ['', false],
  ])('switch by a variable: DATUM_LOCAL_MEMORY=%s', (text, expected) => {
    expect(resolve({}, { DATUM_LOCAL_MEMORY: text }).memory).toBe(expected)
  })

  test.each([
    [{ port: ['70000'] }, {}, '--port: "70000" is not a whole number from 0 to 65535'],
    [{ port: ['-1'] }, {}, '--port: "-1" is not a whole number from 0 to 65535'],
    [{ port: ['1e3'] }, {}, '--port: "1e3" is not a whole number from 0 to 65535'],
    [{}, { DATUM_LOCAL_PORT: 'x' }, 'DATUM_LOCAL_PORT: "x" is not a whole number from 0 to 65535'],
    [{ listen: ['localhost'] }, {}, '--listen: "localhost" is not an IP address'],
    [{ 'tls-san': ['a b'] }, {}, '--tls-san: "a b" is neither a host name nor an address'],
    [{ auth: ['none'] }, {}, '--auth: "none" is none of token, open'],
    [{ 'bad-token': ['402'] }, {}, '--bad-token: "402" is none of 403, 401'],
    [
      { pat: ['short'] },
      {},
      '--pat: expected [user=]token, the token of 16 characters or more without spaces',
    ],
    [{ 'fail-images': ['('] }, {}, '--fail-images: "(" is not a regular expression'],
    [
      { 'external-pool': ['10.0.0.0'] },
      {},
      '--external-pool: "10.0.0.0" is not an IPv4 range without host bits, like 198.18.0.0/15',
    ],
    [
      { 'external-pool': ['10.0.0.1/8'] },
      {},
      '--external-pool: "10.0.0.1/8" is not an IPv4 range without host bits, like 198.18.0.0/15',
    ],
    [{ 'fail-locations': ['['] }, {}, '--fail-locations: "[" is not a regular expression'],
    [{}, { DATUM_LOCAL_JSON: 'maybe' }, 'DATUM_LOCAL_JSON: "maybe" is neither true nor false'],
  ] as [Record<string, string[]>, Record<string, string>, string][])(
    'refuse %j %j',
    (given, environment, message) => {
      expect(() => resolve(given, environment)).toThrow(message)
    },
  )

  test('refuse an open door to other machines', () => {
    expect(() => resolve({ auth: ['open'], listen: ['127.0.0.1', '0.0.0.0'] })).toThrow(
      '--auth open lets in everybody who can connect: it does not go with --listen 0.0.0.0',
    )
    expect(resolve({ auth: ['open'], listen: ['127.8.8.8', '::1'] }).auth).toBe('open')
  })
})

describe('the documents', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

  test('list every option with its variable in the README', () => {
    const missing = Object.values(startOptions).filter(
      (definition) => !readme.includes(`\`--${definition.flag}`) || !readme.includes(variableOf(definition)),
    )
    expect(missing.map(({ flag }) => flag)).toEqual([])
  })

  test('list no option that does not exist', () => {
    const flags = new Set(Object.values(startOptions).map(({ flag }) => flag))
    const table = readme.slice(
      readme.indexOf('## Options'),
      readme.indexOf('## ', readme.indexOf('## Options') + 3),
    )
    const listed = [...table.matchAll(/^\| `--([a-z-]+)/gm)].map((each) => each[1] as string)
    expect(listed.length).toBeGreaterThan(10)
    expect(listed.filter((flag) => !flags.has(flag))).toEqual([])
  })

  test('give the version of the package', () => {
    const { version: packaged } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    expect(version).toBe(packaged)
  })
})
