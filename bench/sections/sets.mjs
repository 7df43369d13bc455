import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { median, spread } from '../statistics.mjs'

/** Further sets of control planes in one process, as tests have them. */
export async function sets({ flags, report, targets }) {
  if (targets.isOther) return
  report.title('Sets of control planes in one process: until a list of Networks has been answered')
  const index = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'index.js')
  const { startDatumLocal } = await import(pathToFileURL(index).href)
  const rounds = flags.quick ? 20 : 100
  const first = await startDatumLocal()
  const started = []
  const forked = []
  const answered = []
  for (let round = 0; round < rounds; round++) {
    for (const [make, times] of [
      [() => startDatumLocal(), started],
      [() => first.fork(), forked],
    ]) {
      const began = performance.now()
      const datum = await make()
      times.push(performance.now() - began)
      if (times === forked) answered.push(await listed(datum, began))
      await datum.stop()
    }
  }
  await first.stop()
  for (const [what, times] of [
    ['startDatumLocal()', started],
    ['fork()', forked],
    ['fork() to the first answer', answered],
  ]) {
    report.row({ what, p50: median(times), spread: spread(times) })
  }
}

async function listed(datum, began) {
  const path = `/apis/resourcemanager.datumapis.com/v1alpha/projects/${datum.project}/control-plane`
  const url = `${datum.httpUrl}${path}/apis/networking.datumapis.com/v1alpha/networks`
  const response = await fetch(url, { headers: { authorization: `Bearer ${datum.token}` } })
  if (response.status !== 200) throw new Error(`a fork answered ${response.status}`)
  await response.text()
  return performance.now() - began
}
