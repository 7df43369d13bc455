import { follow } from './followed.mjs'
import { Http1Connection } from './http-client.mjs'
import { readMeanwhile } from './reader.mjs'
import { placed } from './workload.mjs'

/**
 * `job.workloads` Workloads of `job.replicas`: how long until all replicas are ready, how many different addresses they
 * have, and how long until one replica (of one Workload) or none (of many, deleted) is left. Somebody reads meanwhile.
 */
export async function scale(job) {
  const { target, path, workloads, replicas, prefix, patience } = job
  const writer = new Http1Connection(target)
  const collection = `${path}/workloads`
  const counts = new Map()
  let wanted
  const leave = await follow(target, collection, (line) => {
    const { type, object } = JSON.parse(line)
    if (type === 'DELETED') counts.delete(object.metadata.name)
    else counts.set(object.metadata.name, object.status?.readyReplicas ?? 0)
    if (wanted?.()) {
      const resolve = wanted.resolve
      wanted = undefined
      resolve(performance.now())
    }
  })
  const until = (holds) =>
    new Promise((resolve, reject) => {
      wanted = Object.assign(holds, { resolve })
      setTimeout(() => reject(new Error(`not so within ${patience} s`)), patience * 1000).unref()
    })
  const reading = readMeanwhile(target, `${path.replace('compute', 'networking')}/networks/default`)

  let began = performance.now()
  const allReady = until(() => counts.size === workloads && sum(counts) === workloads * replicas)
  await inParallel(workloads, target, (connection, count) =>
    connection.request('POST', collection, 'application/json', placed(`${prefix}-${count}`, replicas)),
  )
  const up = (await allReady) - began
  const addresses = await countAddresses(writer, path)

  began = performance.now()
  if (workloads === 1) {
    const oneLeft = until(() => sum(counts) === 1)
    await scaleToOne(writer, `${collection}/${prefix}-0`)
    await oneLeft
  } else {
    const noneLeft = until(() => counts.size === 0)
    await inParallel(workloads, target, (connection, count) =>
      connection.request('DELETE', `${collection}/${prefix}-${count}`),
    )
    await noneLeft
  }
  const down = performance.now() - began
  const readP99 = await reading.end()
  leave()
  writer.close()
  return { up, down, addresses, readP99 }
}

async function scaleToOne(connection, path) {
  const { placements } = JSON.parse(placed('x', 1)).spec
  await connection.request(
    'PATCH',
    path,
    'application/merge-patch+json',
    JSON.stringify({ spec: { placements } }),
  )
}

async function inParallel(total, target, send) {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(16, total) }, async () => {
      const connection = new Http1Connection(target)
      for (let count = next++; count < total; count = next++) {
        const answer = await send(connection, count)
        if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.body}`)
      }
      connection.close()
    }),
  )
}

/** How many different addresses the Instances have. */
async function countAddresses(connection, path) {
  const { body } = await connection.request('GET', `${path}/instances`)
  const found = body.toString().matchAll(/"networkIP":"([^"]+)"/g)
  return new Set([...found].map(([, address]) => address)).size
}

function sum(counts) {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
