import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/apimachinery/clock.ts'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { defaultLimits, type Limits } from '../../src/server/limits.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { openWatch, type WatchReply } from './support/connection.ts'
import { project, startHttpServer } from './support/http-server.ts'

const configMaps = `${project}/api/v1/namespaces/default/configmaps`
const open: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/**
 * A server with so many watchers of ConfigMaps, on a machine where telling each of them takes `millisecondsEach`: it is
 * then that the clock is asked for the time.
 */
async function start(options: {
  watchers: number
  millisecondsEach: number
  limits?: Partial<Limits>
  clock?: Clock
  /** What each watcher asks with. */
  headers?: (count: number) => Record<string, string>
}) {
  const manual = createManualClock()
  let each = 0
  let passed = 0
  const wireClock: Clock = {
    now() {
      passed += each
      return manual.now() + passed
    },
    after: manual.after,
  }
  const http = startHttpServer({
    wireClock,
    ids: seededIds(2),
    limits: { ...defaultLimits, ...options.limits },
    ...(options.clock ? { clock: options.clock } : {}),
  })
  open.push(() => http.close())
  const { port } = await http.server.listen({ addresses: ['127.0.0.1'], port: 0 })
  await http.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
  const watchers: WatchReply[] = []
  for (let count = 0; count < options.watchers; count++) {
    const path = `${configMaps}?watch=true&resourceVersion=0`
    const watcher = await openWatch(port, path, options.headers?.(count))
    open.push(() => watcher.close())
    watchers.push(watcher)
  }
  return {
    watchers,
    /** Creates a ConfigMap; telling the watchers of it takes its time. */
    async create(name: string) {
      each = options.millisecondsEach
      await http.ask('POST', configMaps, { metadata: { name } })
      each = 0
    },
    /** Whether every watcher hears of exactly this next, in this order. */
    async told(...names: string[]) {
      const heard = await Promise.all(
        watchers.map(async (watcher) => {
          const events = []
          for (const _ of names) events.push((await watcher.next()).object.metadata.name)
          return events
        }),
      )
      expect(heard).toEqual(watchers.map(() => names))
    },
    /** What the watchers have heard by the time that another request has been answered. */
    async heard() {
      await http.ask('GET', configMaps)
      return watchers.map((watcher) => watcher.unread())
    },
    pass: (milliseconds: number) => manual.advance(milliseconds),
    setBack(milliseconds: number) {
      passed -= milliseconds
    },
  }
}

describe('telling watchers of changes', () => {
  test('has no pause where few watch', async () => {
    const { create, told } = await start({ watchers: 2, millisecondsEach: 1 })
    await create('first')
    await create('second')
    await told('first', 'second')
  })

  test('pauses after a long round, and then tells together what happened meanwhile', async () => {
    const { create, told, pass, heard } = await start({ watchers: 6, millisecondsEach: 1 })
    await create('first')
    await told('first')
    await create('second')
    await create('third')
    expect(await heard()).toEqual([0, 0, 0, 0, 0, 0])
    pass(10)
    await told('second', 'third')
  })

  test('pauses no longer than the bound says', async () => {
    const limits = { watchPause: 3 }
    const { create, told, pass, heard } = await start({ watchers: 3, millisecondsEach: 20, limits })
    await create('first')
    await told('first')
    await create('second')
    pass(2)
    expect(await heard()).toEqual([0, 0, 0])
    pass(1)
    await told('second')
  })

  test('has no pause that lasts until a clock which was set back has caught up', async () => {
    const { create, told, pass, setBack } = await start({ watchers: 6, millisecondsEach: 1 })
    await create('first')
    await told('first')
    setBack(3_600_000)
    await create('second')
    pass(10)
    await told('second')
  })

  test('goes on when one of those who have waited cannot be told: that one is cut off', async () => {
    let stands = false
    const clock: Clock = {
      ...systemClock,
      now() {
        if (stands) throw new Error('the clock is broken')
        return systemClock.now()
      },
    }
    const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
    const { create, told, pass, watchers } = await start({
      watchers: 6,
      millisecondsEach: 1,
      clock,
      // A row of a table says how old the object is.
      headers: (count): Record<string, string> => (count === 0 ? table : {}),
    })
    const [unlucky] = watchers.splice(0, 1)
    await create('first')
    await told('first')
    await create('second')
    stands = true
    pass(10)
    stands = false
    await told('second')
    expect(await unlucky?.ended).toBe(false)
  })

  test('forgets a watcher who leaves in the pause', async () => {
    const { create, told, pass, watchers } = await start({ watchers: 6, millisecondsEach: 1 })
    await create('first')
    await told('first')
    await create('second')
    const [gone] = watchers.splice(0, 1)
    gone?.close()
    pass(10)
    await told('second')
  })
})
