import { latencies } from '../statistics.mjs'
import { follow } from './followed.mjs'
import { Http1Connection } from './http-client.mjs'
import { placed } from './workload.mjs'

/** Workloads of one replica, one after another: how long from the POST until the Instance is Ready. */
export async function ready({ target, path, total, prefix, patience }) {
  const writer = new Http1Connection(target)
  let awaited
  const leave = await follow(target, `${path}/instances`, (line) => {
    if (!awaited || !line.includes(`"name":"${awaited.name}-`)) return
    if (!/"type":"Ready"[^{}]*"status":"True"|"status":"True"[^{}]*"type":"Ready"/.test(line)) return
    awaited.resolve(performance.now())
    awaited = undefined
  })
  const durations = []
  for (let count = 0; count < total; count++) {
    const name = `${prefix}-${count}`
    const began = performance.now()
    const seen = new Promise((resolve) => {
      awaited = { name, resolve }
    })
    const answer = await writer.request('POST', `${path}/workloads`, 'application/json', placed(name, 1))
    if (answer.status !== 201) throw new Error(`a create was answered with ${answer.status}: ${answer.body}`)
    const at = await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, patience * 1000))])
    if (at === undefined) throw new Error(`no Instance of ${name} was Ready within ${patience} s`)
    durations.push(at - began)
  }
  writer.close()
  leave()
  return latencies(durations)
}
