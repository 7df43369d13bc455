// The load, in a process of its own: takes one job over IPC, answers with what it measured, and waits for the next.
import { Http1Connection, Http2Connection } from './http-client.mjs'
import { latencies } from './statistics.mjs'
import { mergePatch, workload } from './workload.mjs'

process.on('message', async (job) => {
  try {
    process.send({ result: await modes[job.mode](job) })
  } catch (error) {
    process.send({ error: `${job.mode}: ${error.message}` })
  }
})

const modes = {
  create: (job) =>
    closedLoop(
      job,
      (connection, _worker, count, path) => {
        const name = `${job.prefix}-${count}`
        return connection.request('POST', path, 'application/json', workload(name, 1, job))
      },
      201,
    ),

  get: (job) =>
    closedLoop(
      job,
      (connection, _worker, _count, path) => {
        const name = `${job.prefix}-${Math.floor(Math.random() * job.existing)}`
        return connection.request('GET', `${path}/${name}`)
      },
      200,
    ),

  list: (job) =>
    closedLoop(
      job,
      (connection, _worker, _count, path) => {
        return connection.request('GET', `${path}${job.query ?? ''}`)
      },
      200,
    ),

  delete: (job) =>
    closedLoop(
      job,
      (connection, _worker, count, path) => {
        return connection.request('DELETE', `${path}/${job.prefix}-${count}`)
      },
      200,
    ),

  // Every worker has objects of its own, so that nobody's write is in another's way; each write changes a number.
  put: (job) =>
    closedLoop(
      job,
      async (connection, worker, count, path) => {
        const slot = count % ownObjects
        const name = `${job.prefix}-${worker.number * ownObjects + slot}`
        worker.last ??= []
        worker.last[slot] ??= (await connection.request('GET', `${path}/${name}`)).body.toString()
        const body = worker.last[slot].replace(/"minReplicas":\d+/, `"minReplicas":${1 + (count % 999)}`)
        const answer = await connection.request('PUT', `${path}/${name}`, 'application/json', body)
        worker.last[slot] = answer.body.toString()
        return answer
      },
      200,
      { perWorker: true },
    ),

  patch: (job) =>
    closedLoop(
      job,
      (connection, worker, count, path) => {
        const name = `${job.prefix}-${worker.number * ownObjects + (count % ownObjects)}`
        const body = mergePatch(1 + (count % 999))
        return connection.request('PATCH', `${path}/${name}`, 'application/merge-patch+json', body)
      },
      200,
      { perWorker: true },
    ),

  apply: (job) =>
    closedLoop(
      job,
      (connection, worker, count, path) => {
        const name = `${job.prefix}-${worker.number * ownObjects + (count % ownObjects)}`
        return connection.request(
          'PATCH',
          `${path}/${name}?fieldManager=bench&force=true`,
          'application/apply-patch+yaml',
          workload(name, 1 + (count % 999), job),
        )
      },
      200,
      { perWorker: true },
    ),

  watch,
  ready,
}

/** How many objects each worker of put, patch and apply goes round. */
export const ownObjects = 50

/**
 * `job.connections` workers, each sending its next request when the last is answered: for `job.seconds` after
 * `job.warmUp`, or `job.total` times in all. `perWorker`: each worker counts for itself.
 */
async function closedLoop(job, send, expected, { perWorker = false } = {}) {
  const { target, path, connections, total } = job
  const shared = target.http2 ? new Http2Connection(target) : undefined
  const durations = []
  let errors = 0
  let firstError
  let next = 0
  let bytes = 0
  let measuring = total !== undefined
  let ending = false

  async function work(number) {
    const worker = { number }
    const connection = shared ?? new Http1Connection(target)
    let own = 0
    try {
      while (!ending) {
        const count = perWorker ? own++ : next++
        if (total !== undefined && count >= total) break
        const began = performance.now()
        const answer = await send(connection, worker, count, path)
        if (answer.status !== expected) {
          errors++
          firstError ??= `${answer.status}: ${answer.body.toString().slice(0, 300)}`
        } else if (measuring) {
          durations.push(performance.now() - began)
          bytes += answer.body.length
        }
      }
    } finally {
      if (!shared) connection.close()
    }
  }

  const workers = Array.from({ length: connections }, (_, number) => work(number))
  if (total === undefined) await sleep(job.warmUp * 1000)
  measuring = true
  const cpu = process.cpuUsage()
  const began = performance.now()
  if (total === undefined) {
    await sleep(job.seconds * 1000)
    measuring = false
  } else {
    await Promise.all(workers)
  }
  const elapsed = performance.now() - began
  const used = process.cpuUsage(cpu)
  ending = true
  await Promise.all(workers)
  shared?.close()
  if (durations.length === 0) throw new Error(`nothing succeeded; ${firstError ?? 'no answer came'}`)
  return {
    perSecond: durations.length / (elapsed / 1000),
    ...latencies(durations),
    errors,
    ...(firstError ? { firstError } : {}),
    bytesPerAnswer: bytes / durations.length,
    generatorCores: (used.user + used.system) / 1000 / elapsed,
    done: perWorker || total !== undefined ? durations.length : next,
  }
}

/** `job.watchers` watches, and `job.total` creates one after another: how long after the answer each event comes. */
async function watch(job) {
  const { target, path, watchers, total, prefix } = job
  const writer = new Http1Connection(target)
  const list = JSON.parse((await writer.request('GET', `${path}?limit=1`)).body.toString())
  const since = list.metadata.resourceVersion
  const answered = new Map()
  const early = []
  const delays = []
  const streams = []
  let received = 0
  let complete
  const all = new Promise((resolve) => {
    complete = resolve
  })
  for (let number = 0; number < watchers; number++) {
    const stream = new Http1Connection(target)
    let rest = ''
    streams.push(stream)
    const { status } = await stream.stream(`${path}?watch=true&resourceVersion=${since}`, (chunk) => {
      const now = performance.now()
      const text = rest + chunk.toString('latin1')
      const from = text.lastIndexOf('\n')
      rest = text.slice(from + 1)
      for (const found of text.slice(0, from + 1).matchAll(/"type":"ADDED".*?"name":"([^"]+)"/g)) {
        if (!found[1].startsWith(`${prefix}-`)) continue
        received++
        const answer = answered.get(found[1])
        if (answer === undefined) early.push({ name: found[1], now })
        else delays.push(now - answer)
        if (received === watchers * total) complete()
      }
    })
    if (status !== 200) throw new Error(`a watch was answered with ${status}`)
  }
  const cpu = process.cpuUsage()
  const began = performance.now()
  for (let count = 0; count < total; count++) {
    const name = `${prefix}-${count}`
    const answer = await writer.request('POST', path, 'application/json', workload(name, 1, job))
    if (answer.status !== 201) throw new Error(`a create was answered with ${answer.status}: ${answer.body}`)
    answered.set(name, performance.now())
  }
  await Promise.race([all, sleep(job.patience * 1000)])
  const elapsed = performance.now() - began
  const used = process.cpuUsage(cpu)
  for (const each of [...streams, writer]) each.close()
  // An event may overtake the answer to the write that caused it.
  for (const { name, now } of early) delays.push(Math.min(0, now - answered.get(name)))
  return {
    perSecond: received / (elapsed / 1000),
    createsPerSecond: total / (elapsed / 1000),
    ...latencies(delays),
    missing: watchers * total - received,
    generatorCores: (used.user + used.system) / 1000 / elapsed,
  }
}

/** Workloads of one replica, one after another: how long from the POST until the Instance is Ready. */
async function ready(job) {
  const { target, path, instances, total, prefix } = job
  const writer = new Http1Connection(target)
  const watcher = new Http1Connection(target)
  const list = JSON.parse((await writer.request('GET', `${instances}?limit=1`)).body.toString())
  let awaited
  let rest = ''
  await watcher.stream(
    `${instances}?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
    (chunk) => {
      const text = rest + chunk.toString('latin1')
      const from = text.lastIndexOf('\n')
      rest = text.slice(from + 1)
      for (const line of text.slice(0, from + 1).split('\n')) {
        if (!awaited || !line.includes(`"name":"${awaited.name}-`)) continue
        if (!/"type":"Ready"[^{}]*"status":"True"|"status":"True"[^{}]*"type":"Ready"/.test(line)) continue
        awaited.resolve(performance.now())
        awaited = undefined
      }
    },
  )
  const durations = []
  for (let count = 0; count < total; count++) {
    const name = `${prefix}-${count}`
    const object = JSON.parse(workload(name, 1, job))
    object.spec.placements = object.spec.placements.slice(0, 1)
    const began = performance.now()
    const seen = new Promise((resolve) => {
      awaited = { name, resolve }
    })
    const answer = await writer.request('POST', path, 'application/json', JSON.stringify(object))
    if (answer.status !== 201) throw new Error(`a create was answered with ${answer.status}: ${answer.body}`)
    const at = await Promise.race([seen, sleep(job.patience * 1000)])
    if (at === undefined) throw new Error(`no Instance of ${name} was Ready within ${job.patience} s`)
    durations.push(at - began)
  }
  writer.close()
  watcher.close()
  return latencies(durations)
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
