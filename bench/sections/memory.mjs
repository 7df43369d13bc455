import { usage } from '../usage.mjs'

/** Resident memory at rest, with 10,000 objects, and after they have been changed again and again. */
export async function memory({ flags, report, targets, ask, fresh }) {
  await targets.withServers('https', async (servers) => {
    report.title('Resident memory of the server')
    for (const server of servers) {
      if (server.pids.length === 0) continue
      const show = (what) => {
        const { residentMiB } = usage(server.pids)
        report.row({ what, server: server.name, residentMiB, note: `${residentMiB.toFixed(0)} MiB` })
      }
      const prefix = fresh()
      await rest(5)
      show('ready')
      await ask(server, { mode: 'create', connections: 16, total: 10_000, prefix })
      show('with 10,000 objects, at once')
      await rest(15)
      show('with 10,000 objects, 15 s later')
      const seconds = flags.quick ? 10 : 60
      await ask(server, { mode: 'put', connections: 16, prefix, warmUp: 0, seconds })
      show(`after ${seconds} s of updates, at once`)
      await rest(15)
      show(`after ${seconds} s of updates, 15 s later`)
    }
  })
}

function rest(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
