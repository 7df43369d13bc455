import { median, spread } from './statistics.mjs'
import { usage } from './usage.mjs'

/** How a line of the report is measured: several runs of one job, against one server or two in turn. */
export function createMeasurement({ flags, load, report }) {
  let names = 0

  /** A prefix under which no object was made before, in this run or another. */
  function fresh() {
    return `b${process.pid.toString(36)}${(names++).toString(36)}`
  }

  /** One job that is not measured. */
  function ask(server, job) {
    return load.run({ ...job, target: server.target, path: server.path, apiVersion: server.apiVersion })
  }

  /** One run of a job, with the CPU that it cost. */
  async function runOnce(server, mode, connections, job) {
    const before = usage(server.pids)
    const began = performance.now()
    const window = { warmUp: Math.min(1, flags.seconds / 4), seconds: flags.seconds }
    const result = await ask(server, { mode, connections, ...window, ...job })
    const elapsed = (performance.now() - began) / 1000
    const after = usage(server.pids)
    return {
      ...result,
      ...(before && after ? { serverCores: (after.cpuSeconds - before.cpuSeconds) / elapsed } : {}),
    }
  }

  /**
   * A row for each server: the median of the runs, the spread of the rate (of p50 where there is no rate). The servers
   * take turns, so that what else goes on on the machine is felt by both. `describe(server)` makes the job of a run,
   * `note(result)` says more of the last one.
   */
  async function measure(servers, mode, connections, describe, { what = mode, note } = {}) {
    const results = new Map(servers.map((server) => [server, []]))
    for (let run = 0; run < flags.runs; run++) {
      for (const server of servers) {
        results.get(server).push(await runOnce(server, mode, connections, await describe(server)))
      }
    }
    const rows = servers.map((server) => summarize(results.get(server), { what, server, connections, note }))
    const [own, other] = rows
    if (other) own.ratio = own.perSecond === undefined ? other.p50 / own.p50 : own.perSecond / other.perSecond
    for (const row of rows) report.row(row)
    return rows
  }

  function summarize(results, { what, server, connections, note }) {
    const middle = (field) => {
      const numbers = results.map((each) => each[field]).filter((each) => each !== undefined)
      return numbers.length === 0 ? undefined : median(numbers)
    }
    const errors = results.reduce((sum, each) => sum + (each.errors ?? 0), 0)
    if (errors > 0) report.fail()
    const notes = [
      note?.(results.at(-1)) ?? '',
      errors > 0 ? `${errors} errors, the first: ${results.find((each) => each.firstError)?.firstError}` : '',
    ].filter((each) => each !== '')
    return {
      what,
      server: server.name,
      over: server.over,
      connections,
      ...Object.fromEntries(
        [
          'perSecond',
          'p50',
          'p90',
          'p99',
          'max',
          'serverCores',
          'generatorCores',
          'bytesPerAnswer',
          'createsPerSecond',
          'missing',
          'cutOff',
        ].map((field) => [field, middle(field)]),
      ),
      ...(results.length > 1 ? { spread: spread(results.map((each) => each.perSecond ?? each.p50)) } : {}),
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
    }
  }

  return { fresh, ask, measure }
}
