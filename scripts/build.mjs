// Bundles src/ into dist/: the program as one script with its launcher, and the fixture as modules.
// `node scripts/build.mjs` builds; `ensureBuilt` builds when a source is newer than the last build.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stampFile = join(dist, '.built')

// What CommonJS packages inside an ES module expect to find.
const banner = `import { createRequire as __createRequire } from 'node:module'
import { dirname as __pathDirname } from 'node:path'
import { fileURLToPath as __fileURLToPath } from 'node:url'
const require = __createRequire(import.meta.url)
const __filename = __fileURLToPath(import.meta.url)
const __dirname = __pathDirname(__filename)
`

export async function build() {
  const { build: bundle, stop } = await import('esbuild')
  const started = newestSource()
  rmSync(dist, { recursive: true, force: true })
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'external',
    // Packages of their own: one is native, the others read files that lie beside them.
    external: ['better-sqlite3', '@fastify/swagger', '@fastify/swagger-ui'],
    logLevel: 'warning',
  }
  await Promise.all([
    // The program: one script, whose compiled code can be kept.
    bundle({
      ...common,
      entryPoints: ['src/main.ts'],
      outfile: 'dist/datum-local.cjs',
      format: 'cjs',
      // `require` in its place: V8 forgets with kept code how a script imports.
      supported: { 'dynamic-import': false },
      define: { 'import.meta.resolve': 'require.resolve' },
    }),
    // The fixture: modules, because others import it.
    bundle({
      ...common,
      entryPoints: { index: 'src/testing/index.ts' },
      outdir: 'dist',
      format: 'esm',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      banner: { js: banner },
    }),
  ])
  // Its service would stay with the server that this process becomes.
  await stop()
  copyFileSync(join(root, 'scripts', 'launcher.mjs'), join(dist, 'main.js'))
  chmodSync(join(dist, 'main.js'), 0o755)
  await keepCompiledCode()
  writeFileSync(stampFile, String(started))
}

/**
 * Starts the program once and asks it what clients ask first, so that the launcher keeps what V8 compiled for it. Without
 * it a start, and the first request of each sort, only take longer.
 */
async function keepCompiledCode() {
  const words = [join(dist, 'main.js'), 'start', '--memory', '--json', '--port', '0', '--log-level', 'silent']
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, DATUM_LOCAL_WRITE_CODE_CACHE: 'true' },
  })
  const ended = once(child, 'close')
  const started = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  try {
    if (child.exitCode === null) await askWhatClientsAsk(JSON.parse(started[0]))
  } catch (error) {
    process.stderr.write(`datum-local: the first requests were not tried (${error})\n`)
  }
  child.kill('SIGTERM')
  await ended
}

/** kubectl's first words, a definition in YAML, and a Workload until it is available. */
async function askWhatClientsAsk({ httpUrl, token }) {
  const plane = `${httpUrl}/apis/resourcemanager.datumapis.com/v1alpha/projects/sandbox/control-plane`
  const send = (method, path, { body, type = 'application/json', accept = 'application/json' } = {}) =>
    fetch(`${plane}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type, accept },
      body,
    })
  const ask = async (...words) => (await send(...words)).text()
  const yaml = 'application/yaml'
  const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
  await ask('GET', '/api', { accept: discovery })
  await ask('GET', '/apis', { accept: discovery })

  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const definition = await ask('GET', `${definitions}/workloads.compute.datumapis.com`, { accept: yaml })
  const body = definition.replaceAll('compute.datumapis.com', 'compute.example.com')
  await ask('POST', definitions, { type: yaml, body })

  const workloads = '/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads'
  const manifest = readFileSync(join(root, 'scripts', 'first-workload.yaml'))
  const apply = { type: 'application/apply-patch+yaml', body: manifest }
  const watch = await send('GET', `${workloads}?watch=true&timeoutSeconds=10`)
  await ask('PATCH', `${workloads}/web?fieldManager=kubectl`, apply)
  for await (const events of watch.body) {
    if (Buffer.from(events).includes('"readyReplicas":1')) break
  }
  await ask('GET', workloads, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' })
  await ask('DELETE', `${workloads}/web`)
}

export async function ensureBuilt() {
  if (existsSync(stampFile) && Number(readFileSync(stampFile, 'utf8')) >= newestSource()) return
  process.stderr.write('datum-local: building …\n')
  await build()
}

/** The latest change below src/ and of what the build depends on, in milliseconds; folders count, so that a removal does. */
function newestSource() {
  let newest = 0
  const look = (path) => {
    newest = Math.max(newest, statSync(path).mtimeMs)
  }
  const scripts = ['build.mjs', 'launcher.mjs', 'first-workload.yaml'].map((name) => join('scripts', name))
  for (const file of ['package.json', 'package-lock.json', ...scripts]) look(join(root, file))
  const walk = (folder) => {
    look(folder)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else look(path)
    }
  }
  walk(join(root, 'src'))
  return newest
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
