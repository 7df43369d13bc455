import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** So many bytes the young generation may take, of which half is in use: the garbage of some dozens of requests. */
const youngGeneration = 16 * 1024 * 1024
/** By this much of what lives in it, in percent, the old generation may grow before it is collected. */
const oldGrowth = 100

/**
 * V8 is made for throughput: it lets the young generation grow to 32 MB, and the old one to four times what lives in
 * it. A server beside which others work is better small. Returns how to end it.
 *
 * To be called when the start is over: a start has nothing to collect, and flags that are set before the program is
 * loaded would make V8 refuse the code that was compiled for it. A collection may make the young generation smaller,
 * and it has to grow again then; it can be told by how much to grow, not how far.
 */
export function boundHeapGrowth(): () => void {
  const adjust = () => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    setFlagsFromString(`--semi-space-growth-factor=${(young?.space_size ?? 0) < youngGeneration ? 2 : 1}`)
  }
  adjust()
  setFlagsFromString(`--heap-growing-percent=${oldGrowth}`)
  const observer = new PerformanceObserver(adjust)
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    observer.disconnect()
    setFlagsFromString('--semi-space-growth-factor=2')
    setFlagsFromString('--heap-growing-percent=0')
  }
}
