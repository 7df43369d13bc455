import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { hasProgram, run } from './support/programs.ts'
import { findSentences } from './support/sentences.ts'
import { widgetDefinition } from './support/widget.ts'

const source = join(dirname(fileURLToPath(import.meta.url)), 'python')
const minutes = 60_000

const hasPython = hasProgram('python3', ['-c', 'import venv, ensurepip'], "Python's client is")

describe.runIf(hasPython)("Python's client:", () => {
  let folder: string
  let python: string
  let datum: DatumLocal

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clients-python-'))
    await run('python3', ['-m', 'venv', join(folder, 'venv')], { folder })
    python = join(folder, 'venv/bin/python')
    await run(python, ['-m', 'pip', 'install', '--quiet', '-r', join(source, 'requirements.txt')], { folder })
    datum = await startDatumLocal({ definitions: [widgetDefinition] })
    writeFileSync(join(folder, 'kubeconfig'), datum.kubeconfig)
  }, 5 * minutes)

  afterAll(async () => {
    await datum?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const { name, sentence } of findSentences(source, '.py', /^ {4}def (test_\w+)\(/gm)) {
    test(
      sentence,
      async () => {
        await run(python, ['-B', '-m', 'unittest', `test_clients.PythonClient.${name}`], {
          folder: source,
          environment: { KUBECONFIG: join(folder, 'kubeconfig'), TMPDIR: folder, HOME: folder },
        })
      },
      minutes,
    )
  }
})
