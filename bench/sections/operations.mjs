/** Every verb at 1, 16 and 64 connections, over each protocol. */
export async function operations({ flags, report, targets, ask, fresh, measure }) {
  const protocols = targets.isOther ? [undefined] : flags.quick ? ['https'] : ['http', 'https', 'https/2']
  for (const over of protocols) {
    await targets.withServers(over, async (servers) => {
      const [{ over: shown, target }] = servers
      report.title(`Operations over ${shown}: a closed loop per connection, nothing reconciles`)
      const counts = target.http2 ? [16] : [1, 16, 64]
      // Whoever reads or changes objects finds these.
      const prefix = fresh()
      const existing = 64 * 50
      for (const server of servers)
        await ask(server, { mode: 'create', connections: 16, total: existing, prefix })

      for (const connections of counts)
        await measure(servers, 'create', connections, () => ({ prefix: fresh() }))
      for (const mode of ['get', 'put', 'status', 'patch', 'apply']) {
        for (const connections of counts)
          await measure(servers, mode, connections, () => ({ prefix, existing }))
      }
      const total = flags.quick ? 500 : 2000
      for (const connections of counts) {
        await measure(servers, 'delete', connections, async (server) => {
          const doomed = fresh()
          await ask(server, { mode: 'create', connections: 16, total, prefix: doomed })
          return { prefix: doomed, total }
        })
      }
    })
  }
}
