import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

beforeAll(async () => {
  const { ensureBuilt } = await import('../../scripts/build.mjs')
  await ensureBuilt()
}, 60_000)

test('a program that has nothing else to do lives until the fixture has stopped', () => {
  const program = `
    import { startDatumLocal } from ${JSON.stringify(join(root, 'dist/index.js'))}
    const datum = await startDatumLocal()
    await (await fetch(datum.httpUrl + '/version', { headers: { authorization: 'Bearer ' + datum.token } })).text()
    await datum.stop()
    console.log('stopped')`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect(printed).toBe('stopped\n')
})
