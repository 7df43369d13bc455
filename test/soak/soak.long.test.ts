import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createAsk, ensureBuilt, startProgram } from '../support/program.ts'
import { soak } from './load.ts'

beforeAll(ensureBuilt, 120_000)

const minutes = Number(process.env.DATUM_LOCAL_SOAK_MINUTES ?? 0)
if (minutes === 0) console.log('no soak: DATUM_LOCAL_SOAK_MINUTES=10 asks for one')

test.runIf(minutes > 0)(
  'under mixed load, memory and the size of the files level off',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datum-local-soak-'))
    // History must come to its end within the run, or nothing could level off; and by count, or its size would follow
    // the speed of a machine that others use too.
    const limits = [
      `keep-milliseconds=${minutes * 10}s`,
      `event-lifetime=${minutes * 10}s`,
      'keep-changes=2000',
    ].flatMap((each) => ['--limit', each])
    const program = startProgram(['--state-dir', folder, ...limits])
    const announcement = await program.ready
    const ask = createAsk(announcement, 32)
    const samples: { residentMiB: number; fileMiB: number }[] = []
    const ends = Date.now() + minutes * 60_000
    const sampling = setInterval(
      () => {
        samples.push({ residentMiB: residentMiB(announcement.pid), fileMiB: sizeMiB(folder) })
      },
      (minutes * 60_000) / 60,
    )
    try {
      const pat = announcement.pat ?? ''
      const done = await soak({ ask, pat, isOver: () => Date.now() > ends })
      const tenths = Array.from({ length: 10 }, (_, tenth) =>
        greatest(samples.slice(tenth * 6, tenth * 6 + 6)),
      )
      console.log(JSON.stringify({ minutes, done, tenths }))
      expect(program.said()).toBe('')
      for (const what of ['writes', 'lists', 'watches', 'workloads', 'tokens']) {
        expect(done[what], what).toBeGreaterThan(minutes * 5)
      }
      const before = greatest(samples.slice(24, 42))
      const after = greatest(samples.slice(42))
      expect(after.residentMiB, JSON.stringify(tenths)).toBeLessThan(before.residentMiB * 1.15)
      expect(after.fileMiB, JSON.stringify(tenths)).toBeLessThan(before.fileMiB * 1.15)
    } finally {
      clearInterval(sampling)
      ask.close()
      await program.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
  minutes * 60_000 + 120_000,
)

function greatest(samples: readonly { residentMiB: number; fileMiB: number }[]) {
  return {
    residentMiB: Math.round(Math.max(...samples.map((each) => each.residentMiB))),
    fileMiB: Math.round(Math.max(...samples.map((each) => each.fileMiB)) * 10) / 10,
  }
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function sizeMiB(folder: string): number {
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024
}
