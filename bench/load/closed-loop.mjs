import { latencies } from '../statistics.mjs'
import { Http1Connection, Http2Connection } from './http-client.mjs'

/**
 * `job.connections` workers, each sending its next request when the last is answered: for `job.seconds` after
 * `job.warmUp` and the first answer to each (a slow server has not shaken all hands by then), or `job.total` times in all. `perWorker`: each worker counts for itself.
 */
export async function closedLoop(job, send, expected, { perWorker = false } = {}) {
  const { target, path, connections, total } = job
  const shared = target.http2 ? new Http2Connection(target) : undefined
  const durations = []
  let errors = 0
  let firstError
  let next = 0
  let bytes = 0
  let measuring = total !== undefined
  let ending = false
  let strangers = connections
  let meet
  const allMet = new Promise((resolve) => {
    meet = resolve
  })

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
        if (!worker.met) {
          worker.met = true
          if (--strangers === 0) meet()
        }
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

  const workers = Promise.all(Array.from({ length: connections }, (_, number) => work(number)))
  if (total === undefined) await Promise.race([Promise.all([sleep(job.warmUp * 1000), allMet]), workers])
  measuring = true
  const cpu = process.cpuUsage()
  const began = performance.now()
  if (total === undefined) {
    await Promise.race([sleep(job.seconds * 1000), workers])
    measuring = false
  } else {
    await workers
  }
  const elapsed = performance.now() - began
  const used = process.cpuUsage(cpu)
  ending = true
  await workers
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

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
