// One verb each. `job.prefix` names the objects; put, status, patch and apply give every worker objects of its own, so that
// nobody's write is in another's way, and every write changes a number, so that none is for nothing.
import { closedLoop } from './closed-loop.mjs'
import { mergePatch, status as statusOf, workload } from './workload.mjs'

/** How many objects each worker of put, status, patch and apply goes round. */
const ownObjects = 50

export function create(job) {
  return closedLoop(
    job,
    (connection, _worker, count, path) => {
      const name = `${job.prefix}-${count}`
      return connection.request('POST', path, 'application/json', workload(name, 1, job))
    },
    201,
  )
}

export function get(job) {
  return closedLoop(
    job,
    (connection, _worker, _count, path) => {
      const name = `${job.prefix}-${Math.floor(Math.random() * job.existing)}`
      return connection.request('GET', `${path}/${name}`)
    },
    200,
  )
}

export function list(job) {
  return closedLoop(
    job,
    (connection, _worker, _count, path) => connection.request('GET', `${path}${job.query ?? ''}`),
    200,
  )
}

export function remove(job) {
  return closedLoop(
    job,
    (connection, _worker, count, path) => connection.request('DELETE', `${path}/${job.prefix}-${count}`),
    200,
  )
}

export function put(job) {
  return replace(job, '', (text, number) =>
    text.replace(/"minReplicas":\d+/, `"minReplicas":${1 + (number % 999)}`),
  )
}

export function status(job) {
  return replace(job, '/status', (text, number) => {
    const object = JSON.parse(text)
    object.status = statusOf(number)
    return JSON.stringify(object)
  })
}

export function patch(job) {
  return closedLoop(
    job,
    (connection, worker, count, path) => {
      const body = mergePatch(1 + (count % 999))
      return connection.request(
        'PATCH',
        `${path}/${nameOf(job, worker, count)}`,
        'application/merge-patch+json',
        body,
      )
    },
    200,
    { perWorker: true },
  )
}

export function apply(job) {
  return closedLoop(
    job,
    (connection, worker, count, path) => {
      const name = nameOf(job, worker, count)
      return connection.request(
        'PATCH',
        `${path}/${name}?fieldManager=bench&force=true`,
        'application/apply-patch+yaml',
        workload(name, 1 + (count % 999), job),
      )
    },
    200,
    { perWorker: true },
  )
}

/** Reads each object once, and from then on sends back what the last answer said, with one number changed. */
function replace(job, subresource, change) {
  return closedLoop(
    job,
    async (connection, worker, count, path) => {
      const slot = count % ownObjects
      const name = nameOf(job, worker, count)
      worker.last ??= []
      worker.last[slot] ??= (await connection.request('GET', `${path}/${name}`)).body.toString()
      const body = change(worker.last[slot], count)
      const answer = await connection.request(
        'PUT',
        `${path}/${name}${subresource}`,
        'application/json',
        body,
      )
      if (answer.status === 200) worker.last[slot] = answer.body.toString()
      return answer
    },
    200,
    { perWorker: true },
  )
}

function nameOf({ prefix }, worker, count) {
  return `${prefix}-${worker.number * ownObjects + (count % ownObjects)}`
}
