// Writes down what a real Kubernetes API server answers to the stories, for the tests to compare ours with:
//
//   node test/conformance/record.mjs --url https://127.0.0.1:6443 --token TOKEN [STORY ...]
//
// The server must be one that nobody else uses, with the garbage collector and the namespace controller beside it, and
// its user must be called `admin`, in the group `system:masters`. What it holds from an earlier run has to be gone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const folder = dirname(fileURLToPath(import.meta.url))
const { values, positionals } = parseArgs({
  options: { url: { type: 'string' }, token: { type: 'string' } },
  allowPositionals: true,
})
if (!values.url || !values.token) {
  console.error('usage: node test/conformance/record.mjs --url URL --token TOKEN [STORY ...]')
  process.exit(2)
}
// The certificate of a server that was started for this is nobody's.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
process.removeAllListeners('warning')

const { answersFile, play, stories } = await load()
const target = { url: values.url.replace(/\/$/, ''), token: values.token }
mkdirSync(join(folder, 'answers'), { recursive: true })
for (const story of stories) {
  if (positionals.length > 0 && !positionals.includes(story.title)) continue
  const answers = await play(target, story)
  const file = join(folder, 'answers', answersFile(story))
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(answers), null, 2)}\n`)
  console.error(`${story.title}: ${answers.size} answers`)
}

/** The stories are TypeScript, which Node.js 20 does not read. */
async function load() {
  const bundle = mkdtempSync(join(tmpdir(), 'datum-local-stories-'))
  try {
    const outfile = join(bundle, 'stories.mjs')
    await build({
      entryPoints: [join(folder, 'stories.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(bundle, { recursive: true, force: true })
  }
}
