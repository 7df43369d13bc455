/** Lists of 10,000, whole and in pages. */
export async function list({ flags, report, targets, ask, fresh, measure }) {
  await targets.withServers('https', async (servers) => {
    report.title(`Lists of 10,000 Workloads over ${servers[0].over}`)
    const prefix = fresh()
    for (const server of servers)
      await ask(server, { mode: 'create', connections: 16, total: 10_000, prefix })
    const total = flags.quick ? 3 : 10
    const size = ({ bytesPerAnswer }) => `${(bytesPerAnswer / 1e6).toFixed(1)} MB an answer`
    await measure(servers, 'list', 1, () => ({ total }), { what: 'list, whole', note: size })
    await measure(servers, 'list', 1, () => ({ total: total * 5, query: '?limit=500' }), {
      what: 'list, one page of 500',
      note: size,
    })
    await measure(servers, 'list', 1, () => ({ total: total * 5, query: '?labelSelector=tier%3Dnone' }), {
      what: 'list, a selector that none matches',
    })
  })
}
