// `npm test` and `npm run test:long`: installs and builds what is missing, checks form and types, runs the tests,
// and ends with one plain line, `N passed, N failed`.
//
//   npm test                     everything in test/, except test/long and *.long.test.ts
//   npm test -- test/storage     the checks, and the tests of one folder
//   npm run test:long            these alone
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, requireNode } from './install.mjs'

requireNode()
ensureInstalled()
const { ensureBuilt } = await import('./build.mjs')
await ensureBuilt()

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const words = process.argv.slice(2)
const long = words.includes('--long')
const filters = words.filter((word) => word !== '--long')

let passed = 0
let failed = 0

if (!long) {
  check('form (biome)', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings'])
  check('types (tsc)', 'typescript/bin/tsc', ['-p', '.'])
}
test()

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function check(name, program, args) {
  const result = node(program, args)
  if (result.status === 0) return
  console.log(`${name}: failed`)
  failed += 1
}

function test() {
  const folder = mkdtempSync(join(tmpdir(), 'datum-local-test-'))
  const report = join(folder, 'report.json')
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    if (long) args.push('--config=vitest.long.config.ts')
    const result = node('vitest/vitest.mjs', [...args, ...filters])
    const { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    passed += numPassedTests
    failed += numFailedTests
    // A file that cannot be loaded, or an error outside of every test, has no test to its name.
    if (result.status !== 0 && numFailedTests === 0) failed += Math.max(numFailedTestSuites, 1)
    console.log(`${numTotalTests} tests in ${long ? 'test/long' : 'test'}`)
  } catch (error) {
    console.log(`the tests did not run: ${error.message}`)
    failed += 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function node(program, args) {
  return spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
