import { readFileSync } from 'node:fs'
import { type Ask, createAsk, projectPath, startProgram } from '../support/program.ts'
import { createChance } from './chance.ts'
import type { FuzzRequest } from './fuzz-request.ts'
import { nextRequest } from './requests.ts'
import { createWire, type Outcome } from './wire.ts'

export interface FuzzReport {
  readonly faults: readonly string[]
  /** How often each status was answered; 0: the connection was closed without one. */
  readonly codes: Readonly<Record<number, number>>
  /** Resident megabytes of the server after each tenth of the requests. */
  readonly megabytes: readonly number[]
  readonly slowest: number
}

/** Milliseconds after which a request counts as hanging. */
const patience = 1000
/** Who deletes these would end the run, not the server. */
const spared = /^DELETE .*\/(?!configmaps)[a-z]+s\/?(\?|$)/

/**
 * Sends `count` requests, one after another, to a server in a process of its own; the same `seed` sends the same.
 * At the end the server must answer as it did at the beginning.
 */
export async function fuzz({ count, seed }: { count: number; seed: number }): Promise<FuzzReport> {
  const program = startProgram(['--memory', '--limit', 'keep-changes=1000', '--log-level', 'error'])
  const announcement = await program.ready
  const wire = createWire(announcement)
  const ask = createAsk(announcement)
  const faults: string[] = []
  const codes: Record<number, number> = {}
  const megabytes: number[] = []
  let slowest = 0
  try {
    const before = await standing(ask)
    for (let index = 0; index < count && faults.length < 20; index++) {
      const chance = createChance(mixed(seed, index))
      const sent = nextRequest(chance, announcement)
      if (spared.test(`${sent.method} ${sent.path}`)) continue
      let outcome = await wire.send(sent)
      // On a busy machine one may wait long once; who hangs does so again.
      if (outcome.milliseconds > patience) outcome = await wire.send(sent)
      slowest = Math.max(slowest, outcome.milliseconds)
      codes[outcome.code] = (codes[outcome.code] ?? 0) + 1
      const fault = faultOf(sent, outcome)
      if (fault !== undefined) faults.push(`request ${index} of seed ${seed}: ${fault}\n${describe(sent)}`)
      if (program.child.exitCode !== null)
        throw new Error(`the server ended: ${program.said()}\n${describe(sent)}`)
      if ((index + 1) % Math.ceil(count / 10) === 0) {
        await cleanUp(ask)
        megabytes.push(residentMegabytes(announcement.pid))
      }
    }
    await cleanUp(ask)
    const after = await standing(ask)
    for (const [question, answer] of Object.entries(before)) {
      if (after[question] !== answer)
        faults.push(`${question} was ${answer} before, is ${after[question]} now`)
    }
    if (program.said() !== '') faults.push(`the server said: ${program.said().slice(0, 2000)}`)
  } finally {
    ask.close()
    wire.close()
    await program.stop('SIGKILL')
  }
  return { faults, codes, megabytes, slowest }
}

/** A number of its own for each request of each seed: two runs have next to nothing in common. */
function mixed(seed: number, index: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)) >>> 0
}

function faultOf(sent: FuzzRequest, { code, text, type, milliseconds }: Outcome): string | undefined {
  if (milliseconds > patience) return `it took ${Math.round(milliseconds)} ms, to be answered with ${code}`
  // More than the headers may be is an answer over HTTP/1.1, and the end of the stream over HTTP/2.
  const tooLong = sent.over === 'HTTP/2' && sent.path.length > 60_000
  if (code === 0 && sent.raw === undefined && !tooLong) return `the connection broke: ${text}`
  const json =
    type.startsWith('application/json') && sent.method !== 'HEAD' && text !== ''
      ? JSON.parse(text)
      : undefined
  // A revision that is still to come is answered with 504, there as here.
  const isTimeout =
    code === 504 && (sent.method === 'HEAD' || json?.reason === 'Timeout' || text.includes('reason: Timeout'))
  if (code >= 500 && !isTimeout) return `it was answered with ${code}: ${text.slice(0, 500)}`
  const isExchange = /^(\/datum-os)?\/oauth\/token\/exchange/.test(sent.path)
  if (code >= 400 && json && !isExchange && (json.status !== 'Failure' || json.code !== code))
    return `${code} came with ${text.slice(0, 500)}`
  return undefined
}

function describe({ method, path, headers, body, raw, over }: FuzzRequest): string {
  if (raw) return `bytes over ${over} (base64): ${raw.subarray(0, 2000).toString('base64')}`
  const shown =
    typeof body === 'string'
      ? body.slice(0, 2000)
      : body && `base64 ${body.subarray(0, 2000).toString('base64')}`
  return `${over} ${method} ${path.slice(0, 2000)} ${JSON.stringify(headers)}\n${shown ?? ''}`
}

/** What is served, and that it works: the same before and after. */
async function standing(ask: Ask): Promise<Record<string, string>> {
  const answers: Record<string, string> = {}
  for (const plane of ['', projectPath]) {
    for (const path of [
      '/readyz',
      '/version',
      '/api/v1',
      '/apis',
      '/apis/compute.datumapis.com/v1alpha',
      '/openapi/v3',
    ]) {
      const { code, text } = await ask('GET', `${plane}${path}`)
      answers[`${plane}${path}`] = `${code} ${text}`
    }
  }
  const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'after' }, data: { a: 'b' } }
  const steps: [string, string, unknown?][] = [
    ['POST', configMaps, object],
    ['POST', configMaps, object],
    ['GET', `${configMaps}/after`],
    ['PUT', `${configMaps}/after`, { ...object, data: { a: 'c' } }],
    ['DELETE', `${configMaps}/after`],
    ['GET', `${configMaps}/after`],
  ]
  for (const [index, [method, path, body]] of steps.entries()) {
    const { code, json } = await ask(method, path, body)
    answers[`step ${index}`] = `${code} ${JSON.stringify(json.data ?? json.reason ?? json.status)}`
  }
  return answers
}

/** Takes away what the requests have left, as far as it would add up. */
async function cleanUp(ask: Ask): Promise<void> {
  const withoutFinalizers = { metadata: { finalizers: null } }
  const mergePatch = { 'content-type': 'application/merge-patch+json' }
  for (const plane of ['', projectPath]) {
    await ask('DELETE', `${plane}/api/v1/namespaces/default/configmaps`)
    const definitions = `${plane}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`
    for (let index = 0; index < 4; index++) {
      const resource = `fuzz${index}s`
      const objects = await ask('GET', `${plane}/apis/fuzz.example.com/v1/${resource}`)
      for (const { metadata } of objects.code === 200 ? objects.json.items : []) {
        const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
        const path = `${plane}/apis/fuzz.example.com/v1${namespace}/${resource}/${metadata.name}`
        await ask('PATCH', path, withoutFinalizers, mergePatch)
      }
      await ask('DELETE', `${definitions}/${resource}.fuzz.example.com`)
      await ask('PATCH', `${definitions}/${resource}.fuzz.example.com`, withoutFinalizers, mergePatch)
    }
    for (let attempt = 0; attempt < 100; attempt++) {
      const { text } = await ask('GET', `${plane}/apis`)
      if (!text.includes('fuzz.example.com')) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

function residentMegabytes(pid: number): number {
  try {
    return Math.round(
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    )
  } catch {
    // Not Linux: then nobody counts.
    return 0
  }
}
