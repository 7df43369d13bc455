import { usage } from '../usage.mjs'

/** The same operations in a store of 1,000, 10,000 and 100,000 objects. */
export async function growth({ report, targets, ask, fresh, measure }) {
  await targets.withServers('https', async (servers) => {
    report.title('Growth: operations at 16 connections in a store of so many objects')
    const prefix = fresh()
    let present = 0
    for (const size of [1_000, 10_000, 100_000]) {
      const added = {
        mode: 'create',
        connections: 16,
        total: size - present,
        prefix: present === 0 ? prefix : fresh(),
      }
      for (const server of servers) await ask(server, added)
      present = size
      const inStore = `in ${size.toLocaleString('en')}`
      const line = (mode, job, what = mode) => measure(servers, mode, 16, job, { what: `${what} ${inStore}` })
      await line('create', () => ({ prefix: fresh() }))
      for (const mode of ['get', 'put', 'status', 'patch', 'apply'])
        await line(mode, () => ({ prefix, existing: 800 }))
      await measure(
        servers,
        'delete',
        16,
        async (server) => {
          const doomed = fresh()
          await ask(server, { mode: 'create', connections: 16, total: 500, prefix: doomed })
          return { prefix: doomed, total: 500 }
        },
        { what: `delete ${inStore}` },
      )
      await measure(servers, 'list', 1, () => ({ total: 2 }), { what: `list, whole ${inStore}` })
      await measure(servers, 'list', 1, () => ({ total: 20, query: '?limit=500' }), {
        what: `list, one page of 500 ${inStore}`,
      })
      await measure(
        servers,
        'watch',
        100,
        () => ({ watchers: 100, total: 200, prefix: fresh(), patience: 60 }),
        {
          what: `events to 100 watchers ${inStore}`,
        },
      )
      for (const { name, pids } of servers) {
        const used = usage(pids)
        if (used)
          report.row({
            what: `resident memory ${inStore}`,
            server: name,
            residentMiB: used.residentMiB,
            note: `${used.residentMiB.toFixed(0)} MiB`,
          })
      }
    }
  })
}
