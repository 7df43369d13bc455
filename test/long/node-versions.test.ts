import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { projectApi } from '../support/plane-api.ts'
import { workload, workloads } from '../support/workload.ts'
import { type Clone, cloneRepository } from './support/clone.ts'

const folder = mkdtempSync(join(tmpdir(), 'node-versions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Node.js as its package in npm's registry has it: the program and the headers that native packages are compiled with. */
function fetchNode(major: string): string | undefined {
  const there = join(folder, major)
  mkdirSync(there)
  const name = `node-linux-${process.arch}@${major}`
  const packed = spawnSync('npm', ['pack', '--silent', name], { cwd: there, encoding: 'utf8' })
  if (packed.status !== 0) return undefined
  const { status } = spawnSync('tar', ['xzf', packed.stdout.trim()], { cwd: there })
  return status === 0 ? join(there, 'package') : undefined
}

describe.each(['22', '24'])('a fresh clone with Node.js %s', (major) => {
  const node = fetchNode(major)
  if (node === undefined) {
    console.log(`Node.js ${major}: skipped, npm's registry does not give it`)
  }
  describe.skipIf(node === undefined)('that the registry has', () => {
    let clone: Clone
    const environment = {
      PATH: `${join(node ?? '', 'bin')}${delimiter}${process.env.PATH}`,
      npm_config_nodedir: node ?? '',
    }

    beforeAll(() => {
      clone = cloneRepository(environment)
    })
    afterAll(() => clone.remove())

    test('installs, builds, serves, and brings a Workload up', async () => {
      const { announcement, stop } = await clone.start()
      const api = projectApi(announcement)
      await api.create(workloads, workload({ replicas: 3 }))
      await vi.waitFor(async () => {
        expect((await api.get(`${workloads}/web`)).status?.readyReplicas).toBe(3)
      }, 30_000)
      await stop()
    })

    test('finds again what was there, with the code that was compiled before', async () => {
      const { announcement, output, stop } = await clone.start()
      expect((await projectApi(announcement).get(`${workloads}/web`)).status?.readyReplicas).toBe(3)
      expect(output().said).toBe('')
      await stop()
    })

    test('gives other projects the fixture', () => {
      const script = `
        import { startDatumLocal } from ${JSON.stringify(join(clone.path, 'dist/index.js'))}
        const datum = await startDatumLocal()
        const response = await fetch(datum.httpUrl + '/readyz')
        console.log(process.versions.node.split('.')[0], response.status, await response.text())
        await datum.stop()`
      const words = ['--input-type=module', '--eval', script]
      const { stdout, stderr } = spawnSync(join(node ?? '', 'bin/node'), words, { encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(stdout.trim()).toBe(`${major} 200 ok`)
    })
  })
})
