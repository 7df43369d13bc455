// A GET every 20 milliseconds, on a thread of its own: what else the load does must not count as waiting for the server.
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { percentile } from '../statistics.mjs'
import { Http1Connection } from './http-client.mjs'

/** Reads `path` meanwhile; `end` resolves with the 99th percentile of how long it took, in milliseconds. */
export function readMeanwhile(target, path) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { target, path } })
  const figure = new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    async end() {
      worker.postMessage('end')
      return figure
    },
  }
}

async function read({ target, path }) {
  const connection = new Http1Connection(target)
  const durations = []
  let ending = false
  parentPort.once('message', () => {
    ending = true
  })
  while (!ending) {
    const began = performance.now()
    await connection.request('GET', path)
    durations.push(performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  connection.close()
  parentPort.postMessage(percentile(Float64Array.from(durations).sort(), 0.99))
}

if (workerData) await read(workerData)
