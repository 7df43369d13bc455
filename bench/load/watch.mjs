import { latencies } from '../statistics.mjs'
import { addedNames } from './added-names.mjs'
import { Http1Connection } from './http-client.mjs'
import { workload } from './workload.mjs'

/** How many writers share the creates that come at a rate. */
const offeringWriters = 8

/**
 * `job.watchers` watches, and `job.total` creates: one after another, or `job.rate` a second whether or not those before
 * have been answered. How long after the answer each event comes, how many are missing, and who was cut off.
 */
export async function watch(job) {
  const { target, path, watchers, total, prefix, rate } = job
  const writers = Array.from({ length: rate ? offeringWriters : 1 }, () => new Http1Connection(target))
  const list = JSON.parse((await writers[0].request('GET', `${path}?limit=1`)).body.toString())
  const answered = new Map()
  const early = []
  const delays = []
  const streams = []
  let received = 0
  let cutOff = 0
  let complete
  const all = new Promise((resolve) => {
    complete = resolve
  })
  const take = (name) => {
    if (!name.startsWith(`${prefix}-`)) return
    received++
    const now = performance.now()
    const answer = answered.get(name)
    if (answer === undefined) early.push({ name, now })
    else delays.push(now - answer)
    if (received === watchers * total) complete()
  }
  for (let number = 0; number < watchers; number++) {
    const stream = new Http1Connection(target)
    stream.onEnd = () => cutOff++
    streams.push(stream)
    const { status } = await stream.stream(
      `${path}?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
      addedNames(take),
    )
    if (status !== 200) throw new Error(`a watch was answered with ${status}`)
  }

  const cpu = process.cpuUsage()
  const began = performance.now()
  const write = async (writer, count) => {
    const name = `${prefix}-${count}`
    const answer = await writer.request('POST', path, 'application/json', workload(name, 1, job))
    if (answer.status !== 201) throw new Error(`a create was answered with ${answer.status}: ${answer.body}`)
    answered.set(name, performance.now())
  }
  let next = 0
  await Promise.all(
    writers.map(async (writer) => {
      for (let count = next++; count < total; count = next++) {
        const due = rate ? began + (count / rate) * 1000 - performance.now() : 0
        if (due > 1) await new Promise((resolve) => setTimeout(resolve, due))
        await write(writer, count)
      }
    }),
  )
  const written = performance.now() - began
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, job.patience * 1000))])
  const elapsed = performance.now() - began
  const used = process.cpuUsage(cpu)
  const lost = cutOff
  for (const each of [...streams, ...writers]) each.close()
  // An event may overtake the answer to the write that caused it.
  for (const { name, now } of early) delays.push(Math.min(0, now - answered.get(name)))
  return {
    perSecond: received / (elapsed / 1000),
    createsPerSecond: total / (written / 1000),
    ...latencies(delays),
    missing: watchers * total - received,
    cutOff: lost,
    generatorCores: (used.user + used.system) / 1000 / elapsed,
  }
}
