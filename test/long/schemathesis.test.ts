import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAsk, ensureBuilt, type Program, projectPath, startProgram } from '../support/program.ts'

/** The release whose checks are meant below. */
const release = 'schemathesis==4.32.5'
/** For each document. */
const seconds = 45

const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
const command = install()
let program: Program

beforeAll(async () => {
  await ensureBuilt()
  program = startProgram(['--memory', '--log-level', 'error'])
  await program.ready
}, 120_000)
afterAll(async () => {
  await program.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A second fuzzer, which knows nothing of us but our documents. Undefined, with a line, where it cannot be had. */
function install(): string | undefined {
  const environment = join(folder, 'python')
  for (const [word, ...words] of [
    ['python3', '-m', 'venv', environment],
    [join(environment, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', release],
  ] as const) {
    const { status, stderr } = spawnSync(word, words, { encoding: 'utf8', timeout: 240_000 })
    if (status === 0) continue
    console.log(`left out: ${release} cannot be installed (${(stderr ?? '').trim().split('\n').at(-1)})`)
    return undefined
  }
  return join(environment, 'bin/st')
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Schema> }
}
interface Schema {
  readonly properties?: Record<string, { format?: string; nullable?: boolean }>
}
interface Operation {
  readonly parameters?: { readonly name: string }[]
  readonly responses?: Record<string, unknown>
}

/**
 * Kubernetes' documents leave out what holds for every operation. Said here, so that it is checked: whatever else is
 * answered is a Status. A watch is no answer that ends, and a plane without its namespaces is none any more.
 */
function completed(document: Document): Document {
  const status = Object.keys(document.components.schemas).find((name) => name.endsWith('.Status')) as string
  expect(status).toBeDefined()
  const schema = { $ref: `#/components/schemas/${status}` }
  const fallback = { description: 'Failure', content: { 'application/json': { schema } } }
  // Nor do they say that an Event shows a time that is not there as null, or that a namespace is told of as it goes.
  for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
    for (const property of name.endsWith('.Event') ? Object.values(properties) : []) {
      if (property.format === 'date-time') property.nullable = true
    }
  }
  const deleted = document.paths['/api/v1/namespaces/{name}']?.delete?.responses
  if (deleted) deleted['200'] = { description: 'OK' }
  for (const path of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(path)) {
      if (method === 'parameters') {
        path.parameters = (operation as never as { name: string }[]).filter(
          ({ name }) => name !== 'watch',
        ) as never
        continue
      }
      path[method] = {
        ...operation,
        parameters: (operation.parameters ?? []).filter(({ name }) => name !== 'watch'),
        responses: { ...operation.responses, default: fallback },
      }
    }
  }
  return document
}

/**
 * Checks that do not apply, and why: `ignored_auth` (without a token the documented answer is Datum's 403, not 401),
 * `positive_data_acceptance` (what a document of OpenAPI cannot say is refused: options that exclude each other, rules),
 * `negative_data_rejection` and `missing_required_header` (a real server reads `?limit=null` and the like as absent,
 * and so does this one), `unsupported_method` and `allow_header_conformance` (405 comes without Allow there as here).
 */
const checks = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
  ...['response_schema_conformance', 'response_headers_conformance'],
].join(',')

async function run(name: string, document: unknown, url: string, token: string) {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify(document))
  const words = ['run', file, '--url', url, '-H', `Authorization: Bearer ${token}`, '--checks', checks]
  words.push('--phases', 'coverage,fuzzing', '--max-time', String(seconds), '--max-examples', '20')
  words.push(
    '--request-timeout',
    '5',
    '--no-color',
    '--continue-on-failure',
    '--suppress-health-check',
    'all',
  )
  const child = spawn(command as string, words, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, said, cases: Number(/^ {2}(\d+) generated/m.exec(said)?.[1] ?? 0) }
}

describe.runIf(command !== undefined)('Schemathesis finds nothing that the documents do not say', () => {
  test.each([
    'api/v1',
    'apis/compute.datumapis.com/v1alpha',
    'apis/networking.datumapis.com/v1alpha',
    'apis/telemetry.miloapis.com/v1alpha1',
  ])('in %s', async (path) => {
    const announcement = await program.ready
    const ask = createAsk(announcement)
    const { json } = await ask('GET', `${projectPath}/openapi/v3/${path}`)
    const url = `${announcement.httpUrl}${projectPath}`
    const { code, said, cases } = await run(
      path.replaceAll('/', '-'),
      completed(json),
      url,
      announcement.token,
    )
    expect(code, said.slice(0, 20_000)).toBe(0)
    expect(cases, said.slice(-2000)).toBeGreaterThan(100)
    // It may have taken away whatever it could: the plane must still be one.
    expect((await ask('GET', `${projectPath}/readyz`)).text).toBe('ok')
    ask.close()
    expect(program.said()).toBe('')
  })
})
