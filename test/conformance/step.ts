import { setTimeout } from 'node:timers/promises'

/** One request to an API server. `{name}` in a path or body stands for what an earlier answer was remembered by. */
export interface Step {
  /** What is asked, in words; unique within its story. */
  readonly title: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  readonly path: string
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown
  /** Default `application/json`. */
  readonly type?: string
  /** Default `application/json`. */
  readonly accept?: string
  /** Of an `ETag` that the client holds. */
  readonly ifNoneMatch?: string
  /** Headers of the answer that belong to it. */
  readonly headers?: readonly string[]
  /** The part of the answer that can be compared, where the whole depends on what else is served. */
  readonly part?: (answer: never) => unknown
  /** The name by which the `ETag` of the answer is remembered. */
  readonly tag?: string
  /** Fields of the answer (or its part) to remember, by name: `{ first: 'metadata.resourceVersion' }`. */
  readonly remember?: Readonly<Record<string, string>>
  /** Asked again until this is the code, or the answer is so: what a controller makes takes its time. */
  readonly until?: number | ((answer: Found) => boolean)
  /** Asked again until the answer contains this text. */
  readonly untilText?: string
}

/** The object of an answer, as far as stories wait for something in it. */
export interface Found {
  readonly code?: number
  readonly items?: readonly Found[]
  readonly metadata?: {
    readonly deletionTimestamp?: string
    readonly finalizers?: readonly string[]
    readonly ownerReferences?: readonly object[]
  }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Requests that belong together, in order. */
export interface Story {
  readonly title: string
  readonly steps: readonly Step[]
}

/** An answer as it is kept and compared: without what differs from run to run. */
export interface Answer {
  readonly code: number
  readonly warnings?: readonly string[]
  /** Those that the step asks for. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly body: unknown
}

export interface Target {
  /** Without a slash at the end. */
  readonly url: string
  readonly token: string
}

/** Sends the steps of a story in their order. */
export async function play(target: Target, story: Story): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>()
  const memory = new Map<string, string>()
  for (const steps of together(story.steps)) {
    const sent = await Promise.all(steps.map((step) => send(target, step, memory)))
    for (const [index, { title }] of steps.entries()) answers.set(title, sent[index] as Answer)
  }
  return answers
}

/** A watch lasts for as long as was asked for: those that follow one another run at the same time. */
function together(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = []
  let previous: Step | undefined
  for (const step of steps) {
    if (previous && isWatch(previous) && isWatch(step)) groups.at(-1)?.push(step)
    else groups.push([step])
    previous = step
  }
  return groups
}

function isWatch({ method, path, remember }: Step): boolean {
  return method === 'GET' && path.includes('timeoutSeconds=') && remember === undefined
}

async function send(target: Target, step: Step, memory: Map<string, string>): Promise<Answer> {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => memory.get(name) ?? whole)
  const { body } = step
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const ask = () =>
    fetch(target.url + fill(step.path), {
      method: step.method,
      redirect: 'manual',
      headers: {
        ...(step.ifNoneMatch === undefined ? {} : { 'if-none-match': fill(step.ifNoneMatch) }),
        authorization: `Bearer ${target.token}`,
        accept: step.accept ?? 'application/json',
        'user-agent': 'story/1',
        ...(text === undefined ? {} : { 'content-type': step.type ?? 'application/json' }),
      },
      ...(text === undefined ? {} : { body: fill(text) }),
    })
  // A server may close an idle connection at the moment at which it is used again.
  let response = await ask().catch(() => ask().catch(() => undefined))
  if (response === undefined) return { code: 0, body: 'the connection was closed' }
  let answer = await response.text()
  for (let attempt = 0; !isAwaited(step, response.status, answer); attempt++) {
    if (attempt === mostAttempts) return { code: response.status, body: 'what was waited for never came' }
    await setTimeout(attempt < 20 ? 0 : patience)
    response = await ask()
    answer = await response.text()
  }
  const warning = response.headers.get('warning')
  const found = partOf(step, response.status, parsed(answer))
  for (const [name, path] of Object.entries(step.remember ?? {})) memory.set(name, read(found, path))
  if (step.tag !== undefined) memory.set(step.tag, response.headers.get('etag') ?? '')
  return {
    code: response.status,
    ...(warning === null ? {} : { warnings: warning.split(/, (?=299 )/) }),
    ...(step.headers ? { headers: headersOf(step.headers, response) } : {}),
    body: settled(found, memory),
  }
}

function partOf({ part }: Step, code: number, answer: unknown): unknown {
  return part && code === 200 ? part(answer as never) : answer
}

/** A place to go to is told as a path without what stands before it, whether it was relative or not. */
function headersOf(names: readonly string[], response: Response): Record<string, string | null> {
  const value = (name: string) => {
    const text = response.headers.get(name)
    if (text === null || name !== 'location') return text
    const { pathname, search } = new URL(text, response.url)
    return pathname.replace(/^.*(?=\/openapi\/)/, '') + search
  }
  return Object.fromEntries(names.map((name) => [name, value(name)?.replace(hashes, '<hash>') ?? null]))
}

const hashes = /\b[0-9A-F]{128}\b/g

/** How often a step is asked again at most, and with how much time between (milliseconds) after the first few. */
const mostAttempts = 900
const patience = 100

function isAwaited({ until, untilText = '' }: Step, code: number, answer: string): boolean {
  if (!answer.includes(untilText)) return false
  if (until === undefined) return true
  return typeof until === 'number' ? code === until : until(JSON.parse(answer) as Found)
}

/** A watch is many documents, one to a line. */
function parsed(text: string): unknown {
  const trimmed = text.trim()
  try {
    return JSON.parse(trimmed)
  } catch {
    const lines = trimmed.split('\n')
    if (!lines.every((line) => line.startsWith('{'))) return trimmed
    return lines.map((line) => JSON.parse(line) as unknown)
  }
}

function read(value: unknown, path: string): string {
  let found = value
  for (const segment of path.split('.')) found = (found as Record<string, unknown>)[segment]
  return String(found)
}

const identities = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const times = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'lastTransitionTime',
  'firstTimestamp',
  'lastTimestamp',
])

/** The same with placeholders for revisions, identities and times. */
function settled(value: unknown, memory: ReadonlyMap<string, string>): unknown {
  const visit = (each: unknown, name: string): unknown => {
    if (typeof each === 'string') {
      if (times.has(name)) return '<time>'
      if (name === 'resourceVersion') return '<revision>'
      if (name === 'continue') return each === '' ? '' : '<token>'
      let text = each.replace(identities, '<uid>').replace(hashes, '<hash>')
      for (const [remembered, found] of memory) {
        if (/^\d+$/.test(found)) text = text.replaceAll(new RegExp(`\\b${found}\\b`, 'g'), `<${remembered}>`)
      }
      // What a patch would have led to is written in another order of fields.
      text = text.replace(/(patch: )?Invalid value: "\{.*\}": /s, '$1Invalid value: <the object>: ')
      text = text.replace(/\.1[0-9a-f]{15}\b/g, '.<suffix>')
      text = text.replace(/(?<=ResourceVersion in object meta: )\d+/g, '<revision>')
      text = text.replace(/\bBad_[a-z0-9]{5}\b/g, 'Bad_<suffix>')
      if (/^(\d+[ydhms])+$/.test(text)) return '<age>'
      text = text.replace(/202[1-9]-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      return text.replace(/(?<=current: |in record \()\d+/g, '<revision>')
    }
    if (Array.isArray(each)) return each.map((item) => visit(item, ''))
    if (typeof each !== 'object' || each === null) return each
    return unordered(
      Object.fromEntries(
        Object.entries(each).map(([key, inner]) => [key.replace(identities, '<uid>'), visit(inner, key)]),
      ),
    )
  }
  return visit(value, '')
}

/** Faults of one object come in any order, as Go walks through maps in any order; descriptions are our own. */
function sorted(value: object): string {
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}

function unordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unordered)
  if ('managedFields' in value && Array.isArray(value.managedFields)) {
    // The order is that of their times, which are not the same on every machine.
    const key = (entry: object) => sorted(entry)
    return {
      ...value,
      managedFields: [...value.managedFields].sort((left, right) => (key(left) < key(right) ? -1 : 1)),
    }
  }
  const { message, details, columnDefinitions } = value as {
    message?: string
    details?: { causes?: { field: string; message: string }[] }
    columnDefinitions?: object[]
  }
  if (columnDefinitions?.length) {
    return {
      ...value,
      columnDefinitions: columnDefinitions.map((column) => ({ ...column, description: '<ours>' })),
    }
  }
  if (!details?.causes || details.causes.length < 2 || !message) return value
  const key = sorted
  const causes = [...details.causes].sort((left, right) => (key(left) < key(right) ? -1 : 1))
  const [head = ''] = message.split(/(?<= is invalid: |^Apply failed with \d+ conflicts: )/)
  return {
    ...value,
    message: head === message ? message : `${head}<the causes>`,
    details: { ...details, causes },
  }
}
