import { type Ask, projectPath } from '../support/program.ts'
import { workload } from '../support/workload.ts'

const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`
const workloads = `${projectPath}/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads`
const instances = workloads.replace('workloads', 'instances')
/** How many ConfigMaps each writer goes round, so that the store has an end. */
const ownObjects = 200

export interface SoakLoad {
  readonly ask: Ask
  readonly pat: string
  readonly isOver: () => boolean
}

/** Everything that clients do, at once, until it is over. Resolves with how often each thing was done. */
export async function soak(load: SoakLoad): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  const count = (what: string) => {
    done[what] = (done[what] ?? 0) + 1
  }
  const repeat = async (what: string, act: (round: number) => Promise<void>) => {
    for (let round = 0; !load.isOver(); round++) {
      await act(round)
      count(what)
    }
  }
  await Promise.all([
    ...[0, 1, 2, 3].map((writer) => repeat('writes', (round) => write(load, writer, round))),
    repeat('lists', (round) => list(load, round)),
    ...[0, 1, 2, 3, 4].map((watcher) => repeat('watches', (round) => watch(load, watcher + round))),
    repeat('workloads', (round) => runWorkload(load, `soak-${round % 7}`)),
    repeat('tokens', () => exchange(load)),
  ])
  return done
}

async function expectCode(
  ask: Ask,
  codes: readonly number[],
  ...[method, path, body, headers]: Parameters<Ask>
) {
  const reply = await ask(method, path, body, headers)
  if (!codes.includes(reply.code)) throw new Error(`${method} ${path}: ${reply.code} ${reply.text}`)
  return reply
}

/** Each object is made, replaced, patched, applied and deleted in its turn. */
async function write({ ask }: SoakLoad, writer: number, round: number): Promise<void> {
  const name = `soak-${writer}-${round % ownObjects}`
  const one = `${configMaps}/${name}`
  const body = (value: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { writer: String(writer) } },
    data: { value, filling: 'x'.repeat(1000) },
  })
  switch (Math.floor(round / ownObjects) % 5) {
    case 0:
      await expectCode(ask, [201], 'POST', configMaps, body('made'))
      return
    case 1:
      await expectCode(ask, [200], 'PUT', one, body(`replaced ${round}`))
      return
    case 2: {
      const type = { 'content-type': 'application/merge-patch+json' }
      await expectCode(ask, [200], 'PATCH', one, { data: { value: `patched ${round}` } }, type)
      return
    }
    case 3: {
      const type = { 'content-type': 'application/apply-patch+yaml' }
      await expectCode(
        ask,
        [200],
        'PATCH',
        `${one}?fieldManager=soak&force=true`,
        body(`applied ${round}`),
        type,
      )
      return
    }
    default:
      await expectCode(ask, [200], 'DELETE', one)
  }
}

async function list({ ask }: SoakLoad, round: number): Promise<void> {
  if (round % 2 === 0) {
    await expectCode(ask, [200], 'GET', `${configMaps}?labelSelector=writer%3D${round % 4}`)
    return
  }
  let token = ''
  do {
    const { json } = await expectCode(ask, [200], 'GET', `${configMaps}?limit=100&continue=${token}`)
    token = encodeURIComponent(json.metadata.continue ?? '')
  } while (token !== '')
}

/** A watch of one to three seconds, which the server ends. */
async function watch({ ask }: SoakLoad, round: number): Promise<void> {
  const query = round % 2 === 0 ? '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan' : ''
  const path = `${configMaps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${1 + (round % 3)}${query}`
  await expectCode(ask, [200], 'GET', path)
}

/** A Workload that comes up, is scaled, and goes, with all that it has brought. */
async function runWorkload({ ask, isOver }: SoakLoad, name: string): Promise<void> {
  const until = async (holds: () => Promise<boolean>) => {
    while (!isOver() && !(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const ready = async () =>
    (await ask('GET', `${workloads}/${name}`)).json.status?.readyReplicas as number | undefined
  const object = workload({ name, replicas: 3 })
  await expectCode(ask, [201], 'POST', workloads, object)
  await until(async () => (await ready()) === 3)
  const type = { 'content-type': 'application/merge-patch+json' }
  const { placements } = workload({ name, replicas: 1 }).spec
  await expectCode(ask, [200], 'PATCH', `${workloads}/${name}`, { spec: { placements } }, type)
  await until(async () => (await ready()) === 1)
  await expectCode(ask, [200], 'DELETE', `${workloads}/${name}`)
  await until(async () => (await ask('GET', `${workloads}/${name}`)).code === 404)
  await until(async () => (await ask('GET', `${instances}?limit=1`)).json.items.length === 0)
}

async function exchange({ ask, pat }: SoakLoad): Promise<void> {
  await expectCode(ask, [200], 'POST', '/datum-os/oauth/token/exchange', undefined, {
    authorization: `Bearer ${pat}`,
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
}
