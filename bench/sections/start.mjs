import { bareNode, coldStart } from '../server.mjs'
import { median, spread } from '../statistics.mjs'

/** Cold start, beside the start of Node.js itself. */
export async function start({ flags, report, targets }) {
  if (targets.isOther) return
  report.title(
    'Start: a new process until /readyz answers 200, on an empty state, beside node -e 0 of the same run',
  )
  const rounds = flags.quick ? 5 : 15
  const bare = []
  const times = { 'in memory': [], 'on disk': [] }
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareNode())
    times['in memory'].push(await coldStart(['--memory']))
    times['on disk'].push(await coldStart([]))
  }
  report.row({ what: 'node -e 0', p50: median(bare), spread: spread(bare) })
  for (const [what, durations] of Object.entries(times)) {
    const ratio = median(durations) / median(bare)
    const note = `${ratio.toFixed(1)} × node -e 0`
    report.row({ what: `cold start ${what}`, p50: median(durations), spread: spread(durations), note })
  }
}
