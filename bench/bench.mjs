// `npm run bench`: how fast, how small. Absolute figures are those of this machine at this moment; compare lines of one
// run with each other. The load comes from a process of its own, whose CPU stands beside the server's: where that is near
// a whole core, the line measures the load generator. See docs/performance.md.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { ensureInstalled, requireNode } from '../scripts/install.mjs'
import { readFlags } from './flags.mjs'
import { createLoad } from './load-process.mjs'
import { createMeasurement } from './measurement.mjs'
import { createReport } from './report.mjs'
import { growth } from './sections/growth.mjs'
import { idle } from './sections/idle.mjs'
import { list } from './sections/list.mjs'
import { memory } from './sections/memory.mjs'
import { operations } from './sections/operations.mjs'
import { reconcile } from './sections/reconcile.mjs'
import { sets } from './sections/sets.mjs'
import { start } from './sections/start.mjs'
import { watch } from './sections/watch.mjs'
import { createTargets } from './target.mjs'

const sections = { start, sets, operations, list, memory, watch, reconcile, idle, growth }

requireNode()
ensureInstalled()
const flags = readFlags(Object.keys(sections))
const { ensureBuilt } = await import('../scripts/build.mjs')
await ensureBuilt()

const report = createReport(flags.json === '-' ? console.error : console.log)
const load = createLoad()
const measurement = createMeasurement({ flags, load, report })
const targets = createTargets(flags)
const machine = {
  node: process.version,
  processor: cpus()[0]?.model.trim(),
  cores: cpus().length,
  date: new Date().toISOString(),
}

report.begin(machine)
for (const name of flags.sections) {
  try {
    await sections[name]({ ...measurement, flags, report, targets })
  } catch (error) {
    report.fail(`${name}: ${error.message}`)
  }
}
load.end()

const text = `${JSON.stringify({ ...machine, rows: report.rows }, undefined, 2)}\n`
if (flags.json === '-') process.stdout.write(text)
else if (flags.json) writeFileSync(flags.json, text)
process.exitCode = report.failed ? 1 : 0
