import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededIds } from '../../src/apimachinery/ids.ts'
import type { Announcement } from '../../src/cli/announce.ts'
import { type Ask, createAsk, type Program, projectPath, startProgram } from '../support/program.ts'
import { Ledger, type Value } from './ledger.ts'

export interface CrashRounds {
  readonly rounds: number
  /** Decides what is written and when the process is killed, as far as it does not depend on the machine's speed. */
  readonly seed: number
  readonly durability?: 'normal' | 'full'
}

/** What happened, so that a test can tell that something did. */
export interface CrashReport {
  readonly faults: readonly string[]
  readonly acknowledged: number
  /** Requests without an answer: the process was killed in the midst of them. */
  readonly interrupted: number
  readonly eventsSeen: number
  readonly watchesExpired: number
  readonly workloadsFinished: number
  /** Rounds in which it was killed before it was ready. */
  readonly killedAtStart: number
}

const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`
const workloads = `${projectPath}/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads`
const instances = `${projectPath}/apis/compute.datumapis.com/v1alpha/namespaces/default/instances`
const writers = 12
const padding = 'x'.repeat(1500)

/**
 * Clients write, the process is killed, another one takes over the folder; again and again. After each restart
 * everything is compared with what the clients were told.
 */
export async function crashRounds({
  rounds,
  seed,
  durability = 'normal',
}: CrashRounds): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'))
  const random = seededIds(seed)
  const between = (low: number, high: number) => low + Math.floor(random.random() * (high - low))
  const flags = ['--state-dir', folder, '--durability', durability]
  const ledger = new Ledger()
  const faults: string[] = []
  const report = {
    acknowledged: 0,
    interrupted: 0,
    eventsSeen: 0,
    watchesExpired: 0,
    workloadsFinished: 0,
    killedAtStart: 0,
  }
  const watcher = new Watcher()
  let program: Program | undefined

  /** One writer: creates, updates, patches and deletes a few keys of its own until the process is gone. */
  async function write(ask: Ask, writer: number): Promise<void> {
    for (;;) {
      const key = `w${writer}-${between(0, 4)}`
      const before = ledger.believed(key)
      const next = before === undefined ? 1 : between(0, 6) === 0 ? undefined : before + 1
      ledger.ask(key, next)
      try {
        const { code, json } = await change(ask, key, before, next, between(0, 3))
        if (code !== 200 && code !== 201) {
          faults.push(`${key}: ${before} to ${next} was answered with ${code}: ${JSON.stringify(json)}`)
          return
        }
        report.acknowledged++
        const revision = json.kind === 'Status' ? undefined : Number(json.metadata.resourceVersion)
        if (revision !== undefined && ledger.revisions.has(revision))
          faults.push(`revision ${revision} was given twice`)
        ledger.acknowledge(key, next, revision)
      } catch {
        report.interrupted++
        return
      }
    }
  }

  try {
    for (let round = 0; round <= rounds; round++) {
      // Now and then few changes are kept: compaction is interrupted too, and watches come too late.
      program = startProgram([...flags, '--limit', `keep-changes=${between(0, 3) === 0 ? 20 : 3000}`])
      const last = round === rounds
      if (!last && round > 0 && between(0, 8) === 0) {
        // A start is work as well: keys, seeds, migrations, what the last process left undone.
        await pause(between(20, 250))
        await program.stop('SIGKILL')
        report.killedAtStart++
        continue
      }
      const announcement = await program.ready
      const ask = createAsk(announcement, writers + 4)
      faults.push(...(await compare(ask, ledger)).map((fault) => `round ${round}: ${fault}`))
      report.workloadsFinished += await finishWorkloads(ask, faults)
      const verdict = await watcher.resume(announcement, ask, ledger)
      if (verdict.expired) report.watchesExpired++
      faults.push(...verdict.faults.map((fault) => `round ${round}: ${fault}`))
      if (!last) {
        const work = Array.from({ length: writers }, (_, writer) => write(ask, writer))
        const delay = between(30, 350)
        const made = makeWorkload(ask, `load-${round}`, between(0, delay))
        work.push(made)
        // Every other time there is something to reconcile when it is killed, however slow the machine is.
        if (round % 2 === 0) await made
        await pause(delay)
        await program.stop('SIGKILL')
        await Promise.all(work)
        await watcher.ended
      }
      ask.close()
    }
    watcher.close()
    await program?.stop()
  } finally {
    program?.child.kill('SIGKILL')
    await program?.ended
    watcher.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...report, faults, eventsSeen: watcher.events }
}

function change(ask: Ask, key: string, before: Value, next: Value, how: number) {
  if (next === undefined) return ask('DELETE', `${configMaps}/${key}`)
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key }, data: dataOf(next) }
  if (how === 0) {
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    return ask('PATCH', `${configMaps}/${key}?fieldManager=crash&force=true`, object, headers)
  }
  if (before === undefined) return ask('POST', configMaps, object)
  if (how === 1) return ask('PUT', `${configMaps}/${key}`, object)
  const headers = { 'content-type': 'application/merge-patch+json' }
  return ask('PATCH', `${configMaps}/${key}`, { data: dataOf(next) }, headers)
}

/** The number twice with something long in between: half of it would be seen. */
function dataOf(number: number): Record<string, string> {
  return { a: String(number), padding, z: String(number) }
}

/** Everything that is there, against everything that was told. */
async function compare(ask: Ask, ledger: Ledger): Promise<string[]> {
  const list = (await ask('GET', configMaps)).json
  const faults: string[] = []
  const found = new Map<string, Value>()
  for (const { metadata, data } of list.items) {
    if (!metadata.name.startsWith('w')) continue
    if (data.a !== data.z || data.padding !== padding) faults.push(`${metadata.name} is half-written`)
    found.set(metadata.name, Number(data.a))
  }
  if (Number(list.metadata.resourceVersion) < ledger.newest) {
    faults.push(`the newest revision is ${list.metadata.resourceVersion}, ${ledger.newest} was told before`)
  }
  return [...faults, ...ledger.compare(found)]
}

async function makeWorkload(ask: Ask, name: string, delay: number): Promise<void> {
  await pause(delay)
  const container = { name: 'web', image: 'nginx' }
  const template = {
    spec: {
      runtime: {
        resources: { instanceType: 'datumcloud/d1-standard-2' },
        sandbox: { containers: [container] },
      },
      networkInterfaces: [{ network: { name: 'default' } }],
    },
  }
  const placements = [{ name: 'us', cityCodes: ['DFW'], scaleSettings: { minReplicas: 2 } }]
  const apiVersion = 'compute.datumapis.com/v1alpha'
  // Whether it was told matters to nobody: what is there must be finished.
  await ask('POST', workloads, {
    apiVersion,
    kind: 'Workload',
    metadata: { name },
    spec: { template, placements },
  }).catch(() => {})
}

/** What reconcilers have begun they finish after the restart: two running Instances each. Then the Workloads go again. */
async function finishWorkloads(ask: Ask, faults: string[]): Promise<number> {
  const names: string[] = (await ask('GET', workloads)).json.items
    .filter(
      ({ metadata }: { metadata: { deletionTimestamp?: string } }) =>
        metadata.deletionTimestamp === undefined,
    )
    .map(({ metadata }: { metadata: { name: string } }) => metadata.name)
  const wanted = names.flatMap((name) => [`${name}-us-dfw-0`, `${name}-us-dfw-1`]).sort()
  const ready = await eventually(async () => {
    const { items } = (await ask('GET', instances)).json
    const running = items
      .filter(
        ({ metadata, status }: InstanceObject) => metadata.deletionTimestamp === undefined && isReady(status),
      )
      .map(({ metadata }: InstanceObject) => metadata.name)
    return JSON.stringify(running.sort()) === JSON.stringify(wanted) ? undefined : JSON.stringify(running)
  })
  if (ready !== undefined) faults.push(`the running Instances are ${ready}, not ${JSON.stringify(wanted)}`)
  // The deletion, too, is interrupted by the next kill now and then.
  for (const name of names) await ask('DELETE', `${workloads}/${name}`)
  return names.length
}

interface InstanceObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

function isReady(status: InstanceObject['status']): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false
}

/** Asks until nothing is wrong any more, ten seconds at most; what is wrong then. */
async function eventually(check: () => Promise<string | undefined>): Promise<string | undefined> {
  const end = performance.now() + 10_000
  for (;;) {
    const fault = await check()
    if (fault === undefined || performance.now() > end) return fault
    await pause(20)
  }
}

/** One watch over all crashes: it goes on where it was, or is told with 410 that it cannot. */
class Watcher {
  events = 0
  ended: Promise<unknown> = Promise.resolve()
  #last: number | undefined
  #seen = new Set<number>()
  /** Acknowledged revisions up to this one need not be seen: the watch began after them. */
  #from = 0
  #response: IncomingMessage | undefined

  close(): void {
    this.#response?.destroy()
  }

  async resume(
    announcement: Announcement,
    ask: Ask,
    ledger: Ledger,
  ): Promise<{ expired: boolean; faults: string[] }> {
    const faults: string[] = []
    // A change after the restart: when it is seen, everything before must have been.
    const marker = Number(
      (
        await ask('PATCH', `${configMaps}/marker?fieldManager=crash&force=true`, markerObject(), {
          'content-type': 'application/apply-patch+yaml',
        })
      ).json.metadata.resourceVersion,
    )
    if (marker <= ledger.newest)
      faults.push(`a new write has revision ${marker}, ${ledger.newest} was told before`)
    let expired = false
    if (this.#last !== undefined) {
      const outcome = await this.#watch(announcement, this.#last, marker, faults)
      if (outcome === 'expired') expired = true
      else {
        const missing = [...ledger.revisions].filter((each) => each > this.#from && !this.#seen.has(each))
        if (missing.length > 0)
          faults.push(`the watch missed ${missing.length} revisions, ${missing[0]} the first`)
      }
    }
    if (this.#last === undefined || expired) {
      this.#from = ledger.newest
      this.#seen = new Set()
      this.#last = marker
      await this.#watch(announcement, marker, marker, faults)
    }
    return { expired, faults }
  }

  /** Watches on; resolves when `until` has been seen, or the past is gone. */
  async #watch(announcement: Announcement, from: number, until: number, faults: string[]) {
    const { httpUrl, token } = announcement
    const call = get(`${httpUrl}${configMaps}?watch=true&resourceVersion=${from}`, {
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    })
    call.on('error', () => {})
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    this.#response = response
    response.on('error', () => {})
    this.ended = new Promise((resolve) => response.once('close', resolve))
    let rest = ''
    return await new Promise<'seen' | 'expired' | 'ended'>((resolve) => {
      if (response.statusCode === 410) resolve('expired')
      if (from >= until) resolve('seen')
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const { type, object } = JSON.parse(line)
          if (type === 'ERROR') {
            if (object.code !== 410) faults.push(`a watch was ended with ${line}`)
            resolve('expired')
            return
          }
          const revision = Number(object.metadata.resourceVersion)
          if (this.#last !== undefined && revision <= this.#last)
            faults.push(`revision ${revision} was told after ${this.#last}`)
          this.#last = revision
          this.#seen.add(revision)
          this.events++
          if (revision >= until) resolve('seen')
        }
      })
      response.once('close', () => resolve('ended'))
    })
  }
}

function markerObject() {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'marker' },
    data: { at: String(performance.now()) },
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
