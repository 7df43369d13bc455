import { existsSync, readFileSync } from 'node:fs'

/** CPU seconds used and resident memory (MiB) of processes together, from /proc; undefined where they are not there. */
export function usage(pids) {
  if (pids.length === 0 || !pids.every((pid) => existsSync(`/proc/${pid}/stat`))) return undefined
  let cpuSeconds = 0
  let residentMiB = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Clock ticks are hundredths of a second on every Linux.
    cpuSeconds += (Number(fields[11]) + Number(fields[12])) / 100
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    residentMiB += Number(resident) / 1024
  }
  return { cpuSeconds, residentMiB }
}
