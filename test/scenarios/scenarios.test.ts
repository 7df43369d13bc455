import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createManualClock, type DatumLocalOptions, startDatumLocal } from '../../src/testing/index.ts'
import { hasProgram, type } from '../support/shell.ts'
import { matchesTranscript, parseTranscript, transcriptOptions } from '../support/transcript.ts'

const folder = import.meta.dirname
const manifests = join(folder, 'manifests')
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.md'))
const kubectl = hasProgram('kubectl')
if (!kubectl) console.warn('scenarios are skipped: there is no kubectl on this machine')

/** `advance 90s`: moves the clock of a scenario that has one of its own. */
const advance = /^advance (\d+)s$/

describe.skipIf(!kubectl)('what a user types, and what comes back', () => {
  test.each(scenarios)(
    '%s',
    async (name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      const { clock: manual, ...options } = transcriptOptions(text) as DatumLocalOptions & {
        clock?: 'manual'
      }
      const clock = createManualClock(Date.now())
      await using datum = await startDatumLocal({ ...options, ...(manual ? { clock } : {}) })
      const home = mkdtempSync(join(tmpdir(), 'datum-local-scenario-'))
      try {
        const write = async (file: string, kubeconfig: Promise<string> | string) => {
          writeFileSync(join(home, file), await kubeconfig, { mode: 0o600 })
          return join(home, file)
        }
        const organization = datum.organization ?? 'none'
        const environment = {
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
        for (const { command, expected, line } of parseTranscript(text)) {
          // What a user types comes after what was typed before has had its effect.
          await datum.settle()
          const seconds = advance.exec(command)?.[1]
          if (seconds !== undefined) {
            clock.advance(Number(seconds) * 1000)
            await datum.settle()
            continue
          }
          const actual = await type(command, { directory: manifests, environment })
          if (!matchesTranscript(expected, actual)) {
            expect.fail(
              `${name}:${line}: $ ${command}\n--- expected\n${expected.join('\n')}\n--- came back\n${actual}`,
            )
          }
        }
      } finally {
        rmSync(home, { recursive: true, force: true })
      }
    },
    60_000,
  )
})
