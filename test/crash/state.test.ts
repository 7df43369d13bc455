import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Ask,
  createAsk,
  ensureBuilt,
  type Program,
  projectPath,
  startProgram,
} from '../support/program.ts'

const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`
const isRoot = process.getuid?.() === 0

let folder: string
let programs: Program[]
let closing: (() => void)[]

beforeAll(ensureBuilt, 120_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'))
  programs = []
  closing = []
})
afterEach(async () => {
  for (const program of programs) await program.stop('SIGKILL')
  for (const close of closing.reverse()) close()
  rmSync(folder, { recursive: true, force: true })
})

function start(...flags: string[]): Program {
  const program = startProgram(['--state-dir', folder, ...flags])
  programs.push(program)
  return program
}

async function serve(...flags: string[]): Promise<Program & { ask: Ask }> {
  const program = start(...flags)
  const ask = createAsk(await program.ready)
  closing.push(() => ask.close())
  return { ...program, ask }
}

/** Ends at once with one line that tells the reason, and leaves every file that is there as it was. */
async function expectRefusal(...words: string[]): Promise<string> {
  const before = contents()
  const program = start()
  expect(await program.ended).toBe(1)
  const said = program.said().trimEnd()
  expect(said.split('\n')).toHaveLength(1)
  for (const word of words) expect(said).toContain(word)
  expect(contents()).toMatchObject(before)
  return said
}

function contents(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !/^lock|-shm$|-wal$/.test(name))
  return Object.fromEntries(names.map((name) => [name, hashOf(join(folder, name))]))
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

const configMap = (name: string, length: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { text: 'x'.repeat(length) },
})

/** Writes until it is refused; the names of what was acknowledged, and the refusal. */
async function fill(ask: Ask, length: number) {
  const names: string[] = []
  for (let index = 0; index < 1000; index++) {
    const reply = await ask('POST', configMaps, configMap(`fill-${index}`, length))
    if (reply.code !== 201) return { names, refusal: reply }
    names.push(`fill-${index}`)
  }
  throw new Error('everything was taken')
}

async function namesOf(ask: Ask): Promise<string[]> {
  const { items } = (await ask('GET', configMaps)).json
  return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort()
}

/** A write that cannot be kept is refused, what was acknowledged is served and kept, and room lets writes in again. */
async function expectHonesty(program: Program & { ask: Ask }): Promise<{ names: string[] }> {
  const { ask } = program
  const before = await namesOf(ask)
  const { names, refusal } = await fill(ask, 100_000)
  expect(refusal.code).toBe(503)
  expect(refusal.json).toMatchObject({
    kind: 'Status',
    status: 'Failure',
    reason: 'ServiceUnavailable',
    code: 503,
  })
  expect(refusal.json.message).toContain('the state could not be')
  expect(names.length).toBeGreaterThan(2)
  expect(await namesOf(ask)).toEqual([...before, ...names].sort())
  expect((await ask('GET', '/livez')).text).toBe('ok')
  expect(program.said()).toContain('the state cannot be kept')
  return { names: [...before, ...names].sort() }
}

const mayMount = isRoot && canMount()
if (!mayMount) console.log('a full and a read-only file system: skipped, nothing may be mounted here')

describe('a full disk', () => {
  test('refuses writes with 503 and says why, serves reads, and loses nothing', async () => {
    const small = await serve('--limit', 'maximum-bytes=3Mi')
    const { names } = await expectHonesty(small)
    await small.stop()
    const large = await serve()
    expect(await namesOf(large.ask)).toEqual(names)
    expect((await large.ask('POST', configMaps, configMap('more', 100_000))).code).toBe(201)
  })

  test.runIf(mayMount)(
    'is no different when it is a real one, and ends when there is room again',
    async () => {
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder])
      closing.push(() => void spawnSync('umount', ['-l', folder]))
      const ballast = join(folder, 'ballast')
      writeFileSync(ballast, Buffer.alloc(1024 * 1024))
      const program = await serve()
      await expectHonesty(program)
      rmSync(ballast)
      expect((await program.ask('POST', configMaps, configMap('more', 1000))).code).toBe(201)
      expect(await namesOf(program.ask)).toContain('more')
      await program.stop()
    },
  )
})

describe('a folder', () => {
  test.runIf(!isRoot)('that may not be written to is refused', async () => {
    chmodSync(folder, 0o500)
    closing.push(() => chmodSync(folder, 0o700))
    await expectRefusal(folder)
  })

  test.runIf(mayMount)('on a read-only file system is refused', async () => {
    const first = await serve()
    await first.stop()
    spawnSync('mount', ['--bind', folder, folder])
    closing.push(() => void spawnSync('umount', ['-l', folder]))
    spawnSync('mount', ['-o', 'remount,bind,ro', folder])
    await expectRefusal(folder)
  })

  test('whose place is taken by a file is refused', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'mine')
    const program = startProgram(['--state-dir', file])
    expect(await program.ended).toBe(1)
    expect(program.said().trimEnd().split('\n')).toHaveLength(1)
    expect(program.said()).toContain(file)
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  test('that another process works on is refused, with the id of the holder', async () => {
    const first = await serve()
    const second = start()
    expect(await second.ended).toBe(1)
    expect(second.said()).toContain(`in use by the process with id ${first.child.pid}`)
    expect((await first.ask('POST', configMaps, configMap('still', 10))).code).toBe(201)
  })

  test('is free again when its holder was killed', async () => {
    const first = await serve()
    await first.stop('SIGKILL')
    expect(existsSync(join(folder, 'lock.pid'))).toBe(true)
    const second = await serve()
    expect((await second.ask('GET', '/readyz')).text).toBe('ok')
  })
})

describe('a damaged file', () => {
  async function makeState(): Promise<string> {
    const program = await serve()
    for (let index = 0; index < 50; index++)
      await program.ask('POST', configMaps, configMap(`c-${index}`, 2000))
    await program.stop()
    return join(folder, 'state.db')
  }

  test('that is no database any more is refused, named, with a way out', async () => {
    const path = await makeState()
    writeFileSync(path, 'nothing of the sort')
    const said = await expectRefusal(path, 'Move the file away')
    expect(said).not.toContain('    at ')
  })

  test('that is cut off is refused, not repaired', async () => {
    const path = await makeState()
    truncateSync(path, Math.floor(statSync(path).size / 2))
    await expectRefusal(path, 'damaged', 'Move the file away')
  })

  test('in whose midst bytes are wrong is refused, and the way out is one', async () => {
    const path = await makeState()
    const descriptor = openSync(path, 'r+')
    const { size } = statSync(path)
    for (let at = 8192; at < size; at += 16384) writeSync(descriptor, Buffer.alloc(512, 0xa5), 0, 512, at)
    await expectRefusal(path, 'damaged', 'Move the file away')
    rmSync(path)
    const program = await serve()
    expect((await program.ask('GET', configMaps)).code).toBe(200)
  })

  test('beside the database, in the midst of which a bit is wrong, is refused, and the way out is one', async () => {
    const program = await serve()
    for (let index = 0; index < 20; index++)
      await program.ask('POST', configMaps, configMap(`c-${index}`, 2000))
    await program.stop('SIGKILL')
    const log = join(folder, 'state.db-wal')
    const bytes = readFileSync(log)
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = (bytes[middle] as number) ^ 1
    writeFileSync(log, bytes)
    await expectRefusal(log, 'damaged', 'move the file away')
    rmSync(log)
    expect((await (await serve()).ask('GET', '/readyz')).text).toBe('ok')
  })

  test('of another program is refused', async () => {
    const { default: Database } = await import('better-sqlite3')
    const path = join(folder, 'state.db')
    const other = new Database(path)
    other.exec('CREATE TABLE mine (x)')
    other.close()
    await expectRefusal(path, 'another program')
  })

  test('of keys is named, and nothing is made in its place', async () => {
    await makeState()
    writeFileSync(join(folder, 'signing.key'), 'nonsense')
    await expectRefusal(join(folder, 'signing.key'), 'damaged')
  })
})

function canMount(): boolean {
  const trial = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', trial]).status !== 0) return false
    spawnSync('umount', [trial])
    return true
  } finally {
    rmSync(trial, { recursive: true, force: true })
  }
}
