import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { type Ask, createAsk, projectPath, startProgram } from '../support/program.ts'

export interface FlippedReport {
  readonly faults: readonly string[]
  /** Refused to start, with one line that names the file. */
  readonly refused: number
  /** Started, with everything as it was. */
  readonly unharmed: number
}

const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`
const objects = 60

/**
 * Makes a state, kills its server so that the log beside the database is there too, and flips bits in a copy of one of
 * its files, round for round: whoever starts on it is refused, or finds everything that was acknowledged.
 */
export async function flipBytes({ rounds, seed }: { rounds: number; seed: number }): Promise<FlippedReport> {
  const { random } = seededIds(seed)
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low))
  const folder = mkdtempSync(join(tmpdir(), 'flipped-'))
  const faults: string[] = []
  let refused = 0
  let unharmed = 0
  try {
    const original = join(folder, 'original')
    const expected = await makeState(original)
    const files = readdirSync(original).filter((name) => /state\.db(-wal)?$/.test(name))
    for (let round = 0; round < rounds; round++) {
      const state = join(folder, `round-${round}`)
      cpSync(original, state, { recursive: true })
      const file = files[round % files.length] as string
      const path = join(state, file)
      const bytes = readFileSync(path)
      // The end of a log cannot be told from a write that a kill cut off.
      const length = file.endsWith('-wal') ? Math.floor(bytes.length * 0.75) : bytes.length
      const places = Array.from({ length: between(1, 4) }, () => between(0, length))
      for (const place of places) bytes[place] = (bytes[place] as number) ^ (1 << between(0, 8))
      writeFileSync(path, bytes)
      const where = `round ${round} of seed ${seed}, ${file} at ${places.join(', ')}`
      const program = startProgram(['--state-dir', state])
      try {
        const announcement = await program.ready.catch(() => undefined)
        if (announcement === undefined) {
          const said = program.said().trimEnd()
          if (said.includes(join(state, file.replace('-wal', ''))) && !said.includes('\n')) refused++
          else faults.push(`${where}: it ended with ${said.slice(0, 500)}`)
        } else {
          const ask = createAsk(announcement)
          const found = await contentOf(ask)
          ask.close()
          if (found === expected) unharmed++
          else faults.push(`${where}: it started, and holds something else than what was acknowledged`)
        }
      } finally {
        await program.stop('SIGKILL')
        rmSync(state, { recursive: true, force: true })
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { faults, refused, unharmed }
}

async function makeState(folder: string): Promise<string> {
  const program = startProgram(['--state-dir', folder])
  const ask = createAsk(await program.ready)
  for (let index = 0; index < objects; index++) {
    const data = { text: `value ${index} `.repeat(100) }
    await ask('POST', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c${index}` },
      data,
    })
  }
  const content = await contentOf(ask)
  ask.close()
  await program.stop('SIGKILL')
  return content
}

async function contentOf(ask: Ask): Promise<string> {
  const { code, text } = await ask('GET', configMaps)
  if (code !== 200) return `${code} ${text}`
  const { items } = JSON.parse(text)
  return JSON.stringify(
    items.map(({ metadata, data }: { metadata: object; data: object }) => [metadata, data]),
  )
}
