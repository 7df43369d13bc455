// `npm run bench`: how fast, how small. Absolute figures are those of this machine at this moment; compare lines of
// one run with each other. The load comes from a process of its own, whose CPU stands beside the server's: where
// that is near a whole core, the line measures the load generator.
//
//   --quick            one run of short windows, about two minutes; default: five runs, medians and spread
//   --json FILE        the same figures as JSON ("-": standard output, and the table goes to standard error)
//   --only WORD,…      of start, operations, list, watch, ready, growth
//   --memory           measure a server that keeps its state in memory
//   --url URL [--token T] [--ca FILE] [--path P] [--pid N]
//                      put the same load on another Kubernetes API server that holds the Workload CRD; P is the
//                      path of its collection
import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureInstalled, requireNode } from '../scripts/install.mjs'
import { printHead, printRow, printTitle } from './report.mjs'
import { median, spread } from './statistics.mjs'
import { bareNode, coldStart, startServer, usage } from './target.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    memory: { type: 'boolean', default: false },
    url: { type: 'string' },
    token: { type: 'string' },
    ca: { type: 'string' },
    path: { type: 'string' },
    pid: { type: 'string' },
  },
})

requireNode()
ensureInstalled()
const { ensureBuilt } = await import('../scripts/build.mjs')
await ensureBuilt()

if (flags.json === '-') console.log = console.error
const runs = flags.quick ? 1 : 5
const window = flags.quick ? { warmUp: 0.3, seconds: 1.2 } : { warmUp: 1, seconds: 5 }
const connectionCounts = [1, 16, 64]
const listed = 10_000
const workloads = '/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads'
const storage = flags.memory ? ['--memory'] : []
const sections = { start, operations, list, watch, ready, growth }
const chosen =
  flags.only?.split(',') ?? Object.keys(sections).filter((each) => each !== 'growth' || !flags.quick)

const rows = []
const load = fork(join(dirname(fileURLToPath(import.meta.url)), 'load.mjs'))
let names = 0
let failed = false

console.log(
  `Node.js ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${new Date().toISOString()}`,
)
printHead()
for (const name of chosen) {
  try {
    await sections[name]()
  } catch (error) {
    failed = true
    console.log(`${name}: ${error.message}`)
  }
}
load.disconnect()
if (flags.json) {
  const text = `${JSON.stringify({ node: process.version, cores: cpus().length, date: new Date().toISOString(), rows }, undefined, 2)}\n`
  if (flags.json === '-') process.stdout.write(text)
  else writeFileSync(flags.json, text)
}
process.exitCode = failed ? 1 : 0

function record(row) {
  rows.push(row)
  printRow(row)
}

/** Cold start and memory at rest. */
async function start() {
  if (flags.url) return
  printTitle(
    'Start: a new process until /readyz answers 200, on an empty state, beside node -e 0 of the same run',
  )
  const rounds = flags.quick ? 5 : 15
  const bare = []
  const times = { 'in memory': [], 'on disk': [] }
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareNode())
    times['in memory'].push(await coldStart(['--memory']))
    times['on disk'].push(await coldStart([]))
  }
  record({ what: 'node -e 0', p50: median(bare), spread: spread(bare) })
  for (const [what, durations] of Object.entries(times)) {
    const ratio = median(durations) / median(bare)
    record({
      what: `cold start ${what}`,
      p50: median(durations),
      spread: spread(durations),
      ratio,
      note: `${ratio.toFixed(1)} × node -e 0`,
    })
  }
  for (const kind of ['in memory', 'on disk']) {
    const server = await startServer(kind === 'in memory' ? ['--memory'] : [])
    const { residentMiB } = usage(server.pid)
    record({ what: `resident memory ${kind}, ready`, residentMiB, note: `${residentMiB.toFixed(0)} MiB` })
    await server.stop()
  }
}

/** Every verb at 1, 16 and 64 connections, over each protocol. */
async function operations() {
  for (const over of flags.url
    ? [undefined]
    : flags.quick
      ? ['http', 'https']
      : ['http', 'https', 'https/2']) {
    await withTarget(over, async (target) => {
      printTitle(`Operations over ${target.over}: a closed loop per connection, nothing reconciles`)
      const counts = target.http2 ? [16] : connectionCounts
      // Whoever reads or changes objects finds these.
      const prefix = fresh()
      await ask(target, { mode: 'create', connections: 16, total: 64 * 50, prefix })
      for (const connections of counts) {
        await measure(target, 'create', connections, () => ({ prefix: fresh() }))
      }
      for (const mode of ['get', 'put', 'patch', 'apply']) {
        for (const connections of counts) {
          await measure(target, mode, connections, () => ({ prefix, existing: 64 * 50 }))
        }
      }
      for (const connections of counts) {
        const total = flags.quick ? 500 : 2000
        await measure(target, 'delete', connections, async () => {
          const doomed = fresh()
          await ask(target, { mode: 'create', connections: 16, total, prefix: doomed })
          return { prefix: doomed, total }
        })
      }
    })
  }
}

/** Lists of 10,000, whole and in pages, and what the objects cost in memory. */
async function list() {
  await withTarget('https', async (target) => {
    printTitle(`Lists of ${listed} Workloads over ${target.over}`)
    const before = usage(target.pid)
    await ask(target, { mode: 'create', connections: 16, total: listed, prefix: fresh() })
    const after = usage(target.pid)
    if (before && after) {
      record({
        what: `resident memory with ${listed} more`,
        residentMiB: after.residentMiB,
        note: `${after.residentMiB.toFixed(0)} MiB, ${(after.residentMiB - before.residentMiB).toFixed(0)} more`,
      })
    }
    const total = flags.quick ? 3 : 10
    await measure(target, 'list', 1, () => ({ total }), { what: 'list, whole' })
    await measure(target, 'list', 1, () => ({ total: total * 5, query: '?limit=500' }), {
      what: 'list, one page of 500',
    })
  })
}

/** Events to many watchers. */
async function watch() {
  for (const watchers of [1, 100, 500]) {
    await withTarget('https', async (target) => {
      if (watchers === 1)
        printTitle(`Watch over ${target.over}: creates one after another; delay from the answer to the event`)
      const total = flags.quick ? 200 : 1000
      await measure(target, 'watch', watchers, () => ({ watchers, total, prefix: fresh(), patience: 60 }), {
        what: `events to ${watchers} watcher${watchers === 1 ? '' : 's'}`,
        note: (result) => `${result.createsPerSecond.toFixed(0)} creates/s, ${result.missing} events missing`,
      })
    })
  }
}

/** From the POST of a Workload to its Instance being Ready. */
async function ready() {
  if (flags.url) return
  const server = await startServer(storage)
  try {
    printTitle('Reconciling: POST of a Workload until its Instance is Ready, one after another')
    const target = { ...server, over: 'http', target: { url: server.httpUrl, token: server.token } }
    await measure(
      target,
      'ready',
      1,
      () => ({
        total: flags.quick ? 20 : 100,
        prefix: fresh(),
        patience: 30,
        instances: `${server.plane}${workloads.replace('workloads', 'instances')}`,
      }),
      { what: 'POST to Instance Ready' },
    )
  } finally {
    await server.stop()
  }
}

/** The same operations in a store of 1,000, 10,000 and 100,000 objects. */
async function growth() {
  await withTarget('http', async (target) => {
    printTitle('Growth: operations at 16 connections in a store of so many objects')
    const prefix = fresh()
    let present = 0
    for (const size of [1_000, 10_000, 100_000]) {
      await ask(target, {
        mode: 'create',
        connections: 16,
        total: size - present,
        prefix: present === 0 ? prefix : fresh(),
      })
      present = size
      const note = () =>
        `${size} objects${target.pid ? `, ${usage(target.pid).residentMiB.toFixed(0)} MiB` : ''}`
      await measure(target, 'create', 16, () => ({ prefix: fresh() }), { note })
      await measure(target, 'get', 16, () => ({ prefix, existing: 1000 }), { note })
      await measure(target, 'put', 16, () => ({ prefix }), { note })
      await measure(target, 'list', 1, () => ({ total: 20, query: '?limit=500' }), {
        what: 'list, one page of 500',
        note,
      })
    }
  })
}

/** Runs `use` against the server that was named, or against one of our own that nothing reconciles. */
async function withTarget(over, use) {
  if (flags.url) {
    const ca = flags.ca ? readFileSync(flags.ca, 'utf8') : undefined
    const target = { url: flags.url, token: flags.token, ca }
    await use({ target, over: new URL(flags.url).protocol.slice(0, -1), plane: '', pid: flags.pid })
    return
  }
  const server = await startServer(['--without-reconcilers', 'all', ...storage])
  try {
    const target = {
      url: over === 'http' ? server.httpUrl : server.url,
      token: server.token,
      ca: server.ca,
      http2: over === 'https/2',
    }
    await use({ ...server, target, over, http2: target.http2 })
  } finally {
    await server.stop()
  }
}

/** Several runs of one job; the row is their median, the spread is that of the rate or, where there is none, of p50. */
async function measure(target, mode, connections, describe, { what = mode, note } = {}) {
  const results = []
  for (let run = 0; run < runs; run++) {
    const job = await describe()
    const before = usage(target.pid)
    const began = performance.now()
    const result = await ask(target, { mode, connections, ...window, ...job })
    const after = usage(target.pid)
    const elapsed = (performance.now() - began) / 1000
    results.push({
      ...result,
      ...(before && after ? { serverCores: (after.cpuSeconds - before.cpuSeconds) / elapsed } : {}),
    })
  }
  const middle = (field) => {
    const numbers = results.map((each) => each[field]).filter((each) => each !== undefined)
    return numbers.length === 0 ? undefined : median(numbers)
  }
  const rates = results.map((each) => each.perSecond ?? each.p50)
  const errors = results.reduce((sum, each) => sum + (each.errors ?? 0), 0)
  if (errors > 0) failed = true
  const notes = [
    note?.(results.at(-1)) ?? '',
    errors > 0 ? `${errors} errors, the first: ${results.find((each) => each.firstError)?.firstError}` : '',
  ].filter((each) => each !== '')
  record({
    what,
    over: target.over,
    connections,
    perSecond: middle('perSecond'),
    p50: middle('p50'),
    p90: middle('p90'),
    p99: middle('p99'),
    max: middle('max'),
    ...(runs > 1 ? { spread: spread(rates) } : {}),
    serverCores: middle('serverCores'),
    generatorCores: middle('generatorCores'),
    bytesPerAnswer: middle('bytesPerAnswer'),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  })
}

/** Hands one job to the load process and waits for what it measured. */
function ask({ target, plane }, job) {
  return new Promise((resolve, reject) => {
    load.once('message', ({ result, error }) =>
      error === undefined ? resolve(result) : reject(new Error(error)),
    )
    load.send({ ...job, target, path: flags.path ?? `${plane}${workloads}` })
  })
}

/** A prefix under which no object was made before, in this run or another. */
function fresh() {
  return `b${process.pid.toString(36)}${(names++).toString(36)}`
}
