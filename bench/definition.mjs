// The kind that the load is made of: Datum's Workload in a group of its own, so that nothing reconciles it on any server.
import { Http1Connection } from './load/http-client.mjs'
import { startServer } from './server.mjs'

const group = 'bench.example.com'

export const loadApiVersion = `${group}/v1alpha`
export const collectionPath = `/apis/${loadApiVersion}/namespaces/default/workloads`

/** Installs the definition on a server, if it is not there, and waits until it is served. */
export async function install({ target, base }) {
  const connection = new Http1Connection(target)
  try {
    const prefix = new URL(base).pathname.replace(/\/$/, '')
    const body = JSON.stringify(await loadDefinition())
    const made = await connection.request('POST', prefix + definitions, 'application/json', body)
    if (made.status !== 201 && made.status !== 409) {
      throw new Error(`the definition was refused with ${made.status}: ${made.body.toString().slice(0, 500)}`)
    }
    for (;;) {
      const { status } = await connection.request('GET', `${prefix}${collectionPath}?limit=1`)
      if (status === 200) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    connection.close()
  }
}

/** Removes whatever the load has left on a server that outlives it: every section begins with an empty collection. */
export async function clear({ target, path }) {
  const connection = new Http1Connection(target)
  try {
    for (;;) {
      // A server may need more than one request's time for all of them.
      await connection.request('DELETE', path)
      const { status, body } = await connection.request('GET', `${path}?limit=1`)
      if (status !== 200) throw new Error(`the list was answered with ${status}`)
      if (JSON.parse(body.toString()).items.length === 0) return
    }
  } finally {
    connection.close()
  }
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let loaded

/** The definition of Workload as a server of ours shows it, under the load's group. */
async function loadDefinition() {
  loaded ??= read()
  return loaded
}

async function read() {
  const server = await startServer(['--memory'])
  const connection = new Http1Connection({ url: server.url, token: server.token, ca: server.ca })
  try {
    const path = `${server.plane}${definitions}/workloads.compute.datumapis.com`
    const { status, body } = await connection.request('GET', path)
    if (status !== 200) throw new Error(`no definition of Workload: ${status}`)
    const { apiVersion, kind, spec } = JSON.parse(body.toString())
    return { apiVersion, kind, metadata: { name: `workloads.${group}` }, spec: { ...spec, group } }
  } finally {
    connection.close()
    await server.stop()
  }
}
