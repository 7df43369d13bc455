// Writes openapi/, the documents that the server publishes, from the kinds in src/schemas: `npm run openapi`.
// A test compares them again, so that a change of the API is seen in the commit that makes it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
// Below the project, so that the bundle finds its packages.
const temporary = mkdtempSync(join(root, 'node_modules', '.openapi-'))
try {
  const bundle = join(temporary, 'openapi-documents.mjs')
  await build({
    entryPoints: [join(root, 'scripts', 'openapi-documents.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  const { openApiDocuments } = await import(pathToFileURL(bundle).href)
  const folder = join(root, 'openapi')
  rmSync(folder, { recursive: true, force: true })
  for (const [file, text] of openApiDocuments()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
