import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { hasProgram, run } from './support/programs.ts'
import { findSentences } from './support/sentences.ts'
import { widgetDefinition } from './support/widget.ts'

const source = join(dirname(fileURLToPath(import.meta.url)), 'go')
const minutes = 60_000

const hasGo = hasProgram(
  'go',
  ['version'],
  'client-go, controller-runtime, Helm and the requests of Terraform are',
)

describe.runIf(hasGo)('libraries in Go:', () => {
  let folder: string
  let program: string
  let datum: DatumLocal

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clients-go-'))
    program = join(folder, 'clients.test')
    // One program for all of them: what they share is compiled and linked once.
    await run('go', ['test', '-c', '-o', program, '.'], { folder: source })
    datum = await startDatumLocal({ definitions: [widgetDefinition] })
    writeFileSync(join(folder, 'kubeconfig'), datum.kubeconfig)
  }, 15 * minutes)

  afterAll(async () => {
    await datum?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const { name, sentence } of findSentences(source, '_test.go', /^func (Test\w+)\(/gm)) {
    test(
      sentence,
      async () => {
        await run(program, [`-test.run=^${name}$`, '-test.v', '-test.timeout=2m'], {
          folder: source,
          environment: { KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder },
        })
      },
      3 * minutes,
    )
  }
})
