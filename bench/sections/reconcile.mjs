import { usage } from '../usage.mjs'

const compute = '/apis/compute.datumapis.com/v1alpha/namespaces/default'

/** What Datum's controllers do: from a POST to Ready, and a thousand at once, up and down, while others read. */
export async function reconcile({ flags, report, targets, ask, fresh, measure }) {
  if (targets.isOther) return
  report.title('Reconciling: real Workloads, simulated Instances, at the pace `instant`')
  await withOwn(async (server) => {
    await measure(
      [server],
      'ready',
      1,
      () => ({ total: flags.quick ? 20 : 100, prefix: fresh(), patience: 30 }),
      {
        what: 'POST of a Workload to its Instance Ready',
      },
    )
  })
  const count = flags.quick ? 200 : 1000
  for (const [workloads, replicas] of [
    [1, count],
    [count, 1],
  ]) {
    await withOwn(async (server) => {
      const before = usage(server.pids)
      const began = performance.now()
      const result = await ask(server, { mode: 'scale', workloads, replicas, prefix: fresh(), patience: 300 })
      const after = usage(server.pids)
      const what = `${workloads} Workload${workloads === 1 ? '' : 's'} of ${replicas} replica${replicas === 1 ? '' : 's'}`
      const reads = `GET meanwhile p99 ${result.readP99.toFixed(1)} ms`
      report.row({
        what: `${what}: up`,
        p50: result.up,
        serverCores: (after.cpuSeconds - before.cpuSeconds) / ((performance.now() - began) / 1000),
        note: `${(result.up / 1000).toFixed(1)} s, ${result.addresses} addresses; ${reads}`,
      })
      report.row({ what: `${what}: down`, p50: result.down, note: `${(result.down / 1000).toFixed(1)} s` })
    })
  }

  async function withOwn(use) {
    const server = await targets.startOwn()
    const url = `${server.url}${server.plane}`
    const path = new URL(url).pathname + compute
    try {
      await use({
        name: 'ours',
        over: 'https',
        target: { url, token: server.token, ca: server.ca },
        path,
        pids: [server.pid],
      })
    } finally {
      await server.stop()
    }
  }
}
