// Installs what package-lock.json names, when it is not there yet. No dependencies: this runs on a fresh clone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..')
const stampFile = join(root, 'node_modules', '.datum-local')
const oldestNode = 20

/** Ends the process with a message when this Node.js is too old. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= oldestNode) return
  fail(`datum-local needs Node.js ${oldestNode} or newer; this is ${process.version} (${process.execPath})`)
}

/** Makes node_modules fit package-lock.json, saying on standard error what it does; ends the process when it cannot. */
export function ensureInstalled() {
  const stamp = expectedStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  if (!holdsLockedVersions() || !nativeModuleLoads()) install()
  writeFileSync(stampFile, stamp)
}

/** What node_modules was made from: the lock file, and the Node.js that native modules were built for. */
function expectedStamp() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${lock} ${process.platform}-${process.arch} abi-${process.versions.modules}\n`
}

/** True when somebody else's `npm install` already did the work. */
function holdsLockedVersions() {
  const present = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(present)) return false
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages
  const installed = packagesOf(present)
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  )
}

function nativeModuleLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()"
  return spawnSync(process.execPath, ['-e', script], { cwd: root, stdio: 'ignore' }).status === 0
}

function install() {
  say('installing what package-lock.json names (npm ci) …')
  say('better-sqlite3 is compiled where no prebuilt file can be had: that takes a minute or two')
  // `npm start --silent` is about the server's output: why an installation fails is to be heard all the same.
  const status = npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=warn'])
  if (status !== 0) fail(`npm ci ended with ${status}; what it said is above. ${compilerAdvice}`)
  if (nativeModuleLoads()) return say('installed')
  // A user's `ignore-scripts` setting, for one, leaves the module unbuilt without an error.
  say('the native part of better-sqlite3 is missing: building it (npm rebuild better-sqlite3) …')
  npm(['rebuild', 'better-sqlite3', '--ignore-scripts=false', '--foreground-scripts'])
  if (!nativeModuleLoads()) {
    fail(
      `better-sqlite3 has no native part for ${process.version} on ${process.platform}-${process.arch}. ${compilerAdvice}`,
    )
  }
  say('installed')
}

const compilerAdvice =
  'Where no prebuilt file of better-sqlite3 can be downloaded it is compiled, which needs python3, make, a C++ compiler, ' +
  "and Node.js' headers (a download from nodejs.org, or npm_config_nodedir=<prefix> where include/node is installed)"

function npm(words) {
  const environment = { ...process.env, ...localHeaders() }
  // Standard output belongs to the server's data.
  const options = { cwd: root, env: environment, stdio: ['ignore', 2, 2] }
  const script = process.env.npm_execpath
  const result =
    script?.endsWith('npm-cli.js') === true
      ? spawnSync(process.execPath, [script, ...words], options)
      : spawnSync('npm', words, { ...options, shell: process.platform === 'win32' })
  if (result.error) fail(`cannot run npm: ${result.error.message}`)
  return result.status ?? result.signal
}

/** Headers beside this very Node.js spare node-gyp a download that fails offline. What the user has set stands. */
function localHeaders() {
  if (process.env.npm_config_nodedir) return {}
  const prefix = join(dirname(process.execPath), '..')
  const header = join(prefix, 'include', 'node', 'node_version.h')
  if (!existsSync(header)) return {}
  const text = readFileSync(header, 'utf8')
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  const version = [part('MAJOR'), part('MINOR'), part('PATCH')].join('.')
  return version === process.versions.node ? { npm_config_nodedir: prefix } : {}
}

function say(text) {
  process.stderr.write(`datum-local: ${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
