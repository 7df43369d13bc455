import { usage } from '../usage.mjs'

/** What a server costs that nobody asks anything. */
export async function idle({ flags, report, targets }) {
  if (targets.isOther) return
  report.title('Idle')
  const server = await targets.startOwn()
  try {
    const seconds = flags.quick ? 5 : 30
    const rest = (time) => new Promise((resolve) => setTimeout(resolve, time * 1000))
    // What a start leaves to be done is no idling.
    await rest(10)
    const before = usage([server.pid])
    await rest(seconds)
    const after = usage([server.pid])
    const share = (after.cpuSeconds - before.cpuSeconds) / seconds
    report.row({
      what: 'CPU at rest',
      serverCores: share,
      note: `${(share * 100).toFixed(2)} % of a core over ${seconds} s`,
    })
  } finally {
    await server.stop()
  }
}
