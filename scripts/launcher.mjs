#!/usr/bin/env node
// The package's command: the build copies it to dist/main.js. It runs the bundle beside it with the code that V8
// compiled of it during the build, where that was by this very Node.js; to compile 2 MB costs more than to serve.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const folder = dirname(fileURLToPath(import.meta.url))
const bundle = join(folder, 'datum-local.cjs')
const cache = join(folder, `datum-local.${process.version}-${process.arch}.cache`)

// The bundle is pure ASCII: as Latin-1 it is read without being looked at.
const source = readFileSync(bundle, 'latin1')
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: bundle,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
})
const module = { exports: {} }
script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, folder)

// Only the build asks for it: after a run, so that what a start needs is in it.
if (process.env.DATUM_LOCAL_WRITE_CODE_CACHE === 'true') {
  process.on('exit', () => writeFileSync(cache, script.createCachedData()))
}
