/** Events to many watchers: of creates one after another, and of creates that come at a rate. */
export async function watch({ flags, report, targets, fresh, measure }) {
  for (const watchers of [1, 100, 500]) {
    await targets.withServers('https', async (servers) => {
      const to = `to ${watchers} watcher${watchers === 1 ? '' : 's'}`
      if (watchers === 1) {
        report.title(
          `Watches over ${servers[0].over}; the delay is that from the answer of the write to the event`,
        )
      }
      const total = flags.quick ? 200 : 1000
      await measure(servers, 'watch', watchers, () => ({ watchers, total, prefix: fresh(), patience: 60 }), {
        what: `events ${to}, creates one by one`,
        note: told,
      })
      if (watchers === 1) return
      const offered = { watchers, total: 500 * (flags.quick ? 2 : 10), rate: 500, patience: 120 }
      await measure(servers, 'watch', watchers, () => ({ ...offered, prefix: fresh() }), {
        what: `events ${to}, 500 creates/s offered`,
        note: told,
      })
    })
  }
}

function told({ createsPerSecond, missing, cutOff }) {
  return `${createsPerSecond.toFixed(0)} creates/s, ${missing} events missing, ${cutOff} watchers cut off`
}
