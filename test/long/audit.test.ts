import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>
}

/** What is known against the packages of the lock file; undefined where the registry does not answer that question. */
function audit(): Report['vulnerabilities'] {
  const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8' })
  return (JSON.parse(stdout || '{}') as Report).vulnerabilities
}

const vulnerabilities = audit()
if (vulnerabilities === undefined) console.log('npm audit: skipped, the registry does not answer it')

test.skipIf(vulnerabilities === undefined)('nothing is known against any package that is installed', () => {
  expect(Object.entries(vulnerabilities ?? {}).map(([name, { severity }]) => `${name}: ${severity}`)).toEqual(
    [],
  )
})
