import { join } from 'node:path'
import { expect, test } from 'vitest'
import { record } from '../contracts/store.contract.ts'
import { bundle, startChild } from './support/child.ts'
import { makeFolder, openStore } from './support/open-store.ts'

const rounds = 5

/** Eight writers count up a key each, with compaction beside, and tell what has been acknowledged. */
const writers = `
  import { createSqliteStore } from './src/storage/sqlite-store.ts'
  import { systemClock } from './src/apimachinery/clock.ts'
  const store = createSqliteStore({ path: process.argv[2], clock: systemClock, limits: { keepChanges: 200 } })
  const padding = 'x'.repeat(2000)
  async function count(writer) {
    for (;;) {
      const { record } = await store.write('r/' + writer, (current) => {
        const number = current === undefined ? 1 : JSON.parse(current.text).number + 1
        return { type: 'put', text: JSON.stringify({ number, padding }) }
      })
      console.log(writer + ' ' + JSON.parse(record.text).number + ' ' + record.revision)
    }
  }
  for (let writer = 0; writer < 8; writer++) count(writer)`

test('what was acknowledged is there after the process is killed, and revisions go on', async () => {
  const folder = makeFolder()
  const path = join(folder.path, 'state.db')
  const code = await bundle(writers)
  const acknowledged = new Map<string, number>()
  let newest = 0
  const take = (line: string) => {
    const [writer = '', number, revision] = line.split(' ')
    // A line that was cut off by the kill says nothing.
    if (revision === undefined || Number.isNaN(Number(revision))) return
    acknowledged.set(writer, Number(number))
    newest = Math.max(newest, Number(revision))
  }
  for (let round = 0; round < rounds; round++) {
    const child = startChild(code, path)
    for (let lines = 0; lines < 200 + round * 137; lines++) take((await child.lines.next()).value ?? '')
    const rest = await child.kill()
    // The last line may have been cut off in the midst of a number.
    for (const line of rest.slice(0, -1)) take(line)

    const store = openStore(path)
    expect(store.revision).toBeGreaterThanOrEqual(newest)
    const { records } = await store.list({ prefix: 'r/' })
    expect(records).toHaveLength(8)
    for (const { key, text } of records) {
      const { number, padding } = JSON.parse(text)
      expect(number).toBeGreaterThanOrEqual(acknowledged.get(key.slice('r/'.length)) ?? 0)
      expect(padding).toHaveLength(2000)
    }
    const watch = await record(store, '', store.compactedRevision)
    const revisions = (await watch.caughtUp()).map(({ revision }) => revision)
    // Revision 1 is that of the empty store.
    const oldest = Math.max(1, store.compactedRevision)
    expect(revisions).toEqual(
      Array.from({ length: store.revision - oldest }, (_, index) => oldest + 1 + index),
    )
    await store.close()
  }
  folder.remove()
})
