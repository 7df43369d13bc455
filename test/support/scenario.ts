import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  createManualClock,
  type DatumLocal,
  type DatumLocalOptions,
  startDatumLocal,
} from '../../src/testing/index.ts'
import { hasProgram, openShell } from './shell.ts'
import { matchesTranscript, parseTranscript, type Step, transcriptOptions } from './transcript.ts'

const manifests = resolve(import.meta.dirname, '../scenarios/manifests')

/** `advance 90s`: moves the clock of a scenario that has one of its own (`"clock": "manual"`). */
const advance = /^advance (\d+)s$/
/** What a moment of the clock brings about is done before the next moment comes; this many are enough for a story. */
const moments = 100
/** Ends the server and starts another one on the same state; what was running in the shell goes on. */
const restart = 'restart'
/** `datum-local advance`, as the program does it for a server of its own: with the pace `manual`. */
const advanceProvider = 'datum-local advance'

interface ScenarioOptions extends Omit<DatumLocalOptions, 'clock' | 'ids' | 'log' | 'path'> {
  readonly clock?: 'manual'
  /** Variables without which the scenario is skipped. */
  readonly needs?: readonly string[]
}

/** A command of a scenario, and what came back. */
export interface Answer extends Step {
  readonly actual: string
}

/** The documented manifests, which CI has beside the checkout. */
const samples = resolve(import.meta.dirname, '../../../shared/reference/samples')
if (process.env.SAMPLES === undefined && existsSync(samples)) process.env.SAMPLES = samples

/** Registers a test for every scenario (Markdown file) of a folder: what is typed in it gives what it says. */
export function playScenarios(folder: string, timeout = 60_000): void {
  if (!hasProgram('kubectl')) {
    console.warn(`the scenarios of ${folder} are skipped: there is no kubectl on this machine`)
  }
  describe.skipIf(!hasProgram('kubectl'))('what a user types, and what comes back', () => {
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.md'))) {
      const text = readFileSync(join(folder, name), 'utf8')
      const { needs = [] } = transcriptOptions(text) as ScenarioOptions
      const missing = needs.filter((variable) => process.env[variable] === undefined)
      if (missing.length > 0) console.warn(`${name} is skipped: ${missing.join(', ')} is not set`)
      test.skipIf(missing.length > 0)(
        name,
        async () => {
          for await (const { command, expected, line, actual } of playScenario(text)) {
            if (matchesTranscript(expected, actual)) continue
            expect.fail(
              `${name}:${line}: $ ${command}\n--- expected\n${expected.join('\n')}\n--- came back\n${actual}`,
            )
          }
        },
        timeout,
      )
    }
  })
}

/** Types the commands of a scenario one after the other, each when all that the one before brought about is done. */
export async function* playScenario(text: string): AsyncGenerator<Answer> {
  const { clock: sort, needs: _needs, ...options } = transcriptOptions(text) as ScenarioOptions
  const clock = createManualClock(Date.now())
  const home = mkdtempSync(join(tmpdir(), 'datum-local-scenario-'))
  const start = () =>
    startDatumLocal({
      ...options,
      ...(sort === 'manual' ? { clock } : {}),
      ...(text.includes(`\n$ ${restart}\n`) ? { path: join(home, 'state.db') } : {}),
    })
  let datum = await start()
  await using shell = openShell({ directory: manifests, environment: await writeHome(home, datum) })
  try {
    for (const step of parseTranscript(text)) {
      await datum.settle()
      const seconds = advance.exec(step.command)?.[1]
      if (seconds !== undefined) {
        for (let moment = 0; moment < moments; moment++) {
          clock.advance((Number(seconds) * 1000) / moments)
          await datum.settle()
        }
      } else if (step.command === restart) {
        await datum.stop()
        datum = await start()
        const environment = Object.entries(await writeHome(home, datum))
        await shell.type(environment.map(([name, value]) => `${name}='${value}'`).join('\n'))
      } else if (step.command === advanceProvider) {
        yield { ...step, actual: String(await datum.advance()) }
      } else yield { ...step, actual: await shell.type(step.command) }
    }
  } finally {
    await datum.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** What the first start of the program writes and prints: kubeconfigs, tokens, addresses. */
async function writeHome(home: string, datum: DatumLocal): Promise<Record<string, string>> {
  const write = async (file: string, kubeconfig: Promise<string> | string) => {
    writeFileSync(join(home, file), await kubeconfig, { mode: 0o600 })
    return join(home, file)
  }
  const organization = datum.organization ?? 'none'
  return {
    HOME: home,
    KUBECONFIG: await write('project.yaml', datum.kubeconfig),
    PROJECT: join(home, 'project.yaml'),
    ROOT: await write('root.yaml', datum.kubeconfigFor({ sort: 'root' })),
    ORGANIZATION: await write(
      'organization.yaml',
      datum.kubeconfigFor({ sort: 'organization', name: organization }),
    ),
    URL: datum.httpUrl,
    TOKEN: datum.token,
    PAT: datum.pat,
  }
}
