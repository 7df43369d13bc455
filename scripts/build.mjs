// Bundles src/ into dist/: one file per entry, and chunks for what is loaded on first use.
// `node scripts/build.mjs` builds; `ensureBuilt` builds when a source is newer than the last build.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stampFile = join(root, 'dist', '.built')

// What CommonJS packages inside an ES module expect to find.
const banner = `import { createRequire as __createRequire } from 'node:module'
import { dirname as __pathDirname } from 'node:path'
import { fileURLToPath as __fileURLToPath } from 'node:url'
const require = __createRequire(import.meta.url)
const __filename = __fileURLToPath(import.meta.url)
const __dirname = __pathDirname(__filename)
`

export async function build() {
  const { build: bundle } = await import('esbuild')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const started = newestSource()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await bundle({
    absWorkingDir: root,
    entryPoints: { main: 'src/main.ts', index: 'src/testing/index.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: false,
    legalComments: 'external',
    // Native, and worker threads that are found by file name.
    external: ['better-sqlite3', 'thread-stream', 'pino/file'],
    define: { 'process.env.DATUM_LOCAL_BUILD_VERSION': JSON.stringify(version) },
    banner: { js: banner },
    logLevel: 'warning',
  })
  chmodSync(join(root, 'dist', 'main.js'), 0o755)
  writeFileSync(stampFile, String(started))
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
  for (const file of ['package.json', 'package-lock.json', 'scripts/build.mjs']) look(join(root, file))
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
