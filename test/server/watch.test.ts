import { afterEach, describe, expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import type { ServerOptions } from '../../src/server/app.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { openWatch, type WatchReply } from './support/connection.ts'
import { project, startHttpServer } from './support/http-server.ts'

const configMaps = `${project}/api/v1/namespaces/default/configmaps`
const open: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function start(options: Partial<ServerOptions> = {}) {
  const wireClock = createManualClock()
  const http = startHttpServer({ wireClock, ids: seededIds(2), ...options })
  open.push(() => http.close())
  const { port } = await http.server.listen({ addresses: ['127.0.0.1'], port: 0 })
  await http.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
  const write = (name: string, data = 'x') =>
    http.ask('POST', configMaps, { metadata: { name, labels: { name } }, data: { data } })
  const watch = async (query: string, headers?: Record<string, string>): Promise<WatchReply> => {
    const reply = await openWatch(port, `${configMaps}?watch=true${query}`, headers)
    open.push(() => reply.close())
    return reply
  }
  return { ...http, port, wireClock, write, watch }
}

const told = (event: { type: string; object: { metadata: { name: string } } }) =>
  `${event.type} ${event.object.metadata.name}`

describe('a watch', () => {
  test('tells what is there, and then what happens', async () => {
    const { watch, write, ask } = await start()
    await write('first')
    const reply = await watch('')
    expect(told(await reply.next())).toBe('ADDED first')
    await write('second')
    const added = await reply.next()
    expect(told(added)).toBe('ADDED second')
    expect(added.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { data: 'x' } })
    await ask('DELETE', `${configMaps}/first`)
    expect(told(await reply.next())).toBe('DELETED first')
  })

  test('goes on from a revision', async () => {
    const { watch, write } = await start()
    const { json } = await write('first')
    await write('second')
    const reply = await watch(`&resourceVersion=${json.metadata.resourceVersion}`)
    expect(told(await reply.next())).toBe('ADDED second')
  })

  test('may stream the initial list and say where it ends', async () => {
    const { watch, write } = await start()
    await write('first')
    const reply = await watch(
      '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    )
    expect(told(await reply.next())).toBe('ADDED first')
    const { type, object } = await reply.next()
    expect(type).toBe('BOOKMARK')
    expect(object).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    })
  })

  test('tells from time to time how far it has come, if it was asked to', async () => {
    const { watch, write, wireClock } = await start()
    const asked = await watch('&allowWatchBookmarks=true')
    const other = await watch('')
    const { object: initial } = await asked.next()
    expect(initial.metadata).toMatchObject({ annotations: { 'k8s.io/initial-events-end': 'true' } })
    const { json } = await write('first')
    await asked.next()
    await other.next()
    wireClock.advance(60_000)
    const bookmark = await asked.next()
    expect([bookmark.type, bookmark.object.metadata.resourceVersion]).toEqual([
      'BOOKMARK',
      json.metadata.resourceVersion,
    ])
    await write('second')
    expect(told(await other.next())).toBe('ADDED second')
  })

  test('ends in order after the time that was asked for', async () => {
    const { watch, wireClock } = await start()
    const reply = await watch('&timeoutSeconds=5')
    wireClock.advance(4999)
    const longer = await watch('')
    wireClock.advance(1)
    expect(await reply.ended).toBe(true)
    wireClock.advance(60 * 60_000)
    expect(await longer.ended).toBe(true)
  })

  test('of Tables says the columns once', async () => {
    const { watch, write } = await start()
    const reply = await watch('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    await write('first')
    await write('second')
    const [first, second] = [await reply.next(), await reply.next()]
    expect(first.object.columnDefinitions).toHaveLength(3)
    expect(second.object.columnDefinitions).toBeNull()
    expect(second.object.rows[0].cells[0]).toBe('second')
    expect(second.object.rows[0].object.kind).toBe('PartialObjectMetadata')
  })

  test('of metadata has nothing else', async () => {
    const { watch, write } = await start()
    const reply = await watch('', { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' })
    await write('first')
    expect(Object.keys((await reply.next()).object)).toEqual(['kind', 'apiVersion', 'metadata'])
  })

  test('from a revision that is nonsense is refused before it begins', async () => {
    const { ask } = await start()
    const reply = await ask('GET', `${configMaps}?watch=1&resourceVersion=abc`)
    expect(reply.json).toMatchObject({ kind: 'Status', status: 'Failure' })
    expect(reply.code).toBeGreaterThanOrEqual(400)
    expect(reply.code).toBeLessThan(500)
    const future = await ask('GET', `${configMaps}?watch=1&resourceVersion=1000000`)
    expect(future.json.details.causes[0].reason).toBe('ResourceVersionTooLarge')
  })

  test('in YAML is not to be had', async () => {
    const { ask } = await start()
    const reply = await ask('GET', `${configMaps}?watch=1`, undefined, { accept: 'application/yaml' })
    expect(reply.code).toBe(406)
  })

  test('one too many of a caller is refused until another ends', async () => {
    const { watch, ask } = await start({ limits: { watchesPerCaller: 1 } })
    const first = await watch('')
    const refused = await ask('GET', `${configMaps}?watch=1`)
    expect([refused.code, refused.json.reason, refused.headers['retry-after']]).toEqual([
      429,
      'TooManyRequests',
      '1',
    ])
    first.close()
    await expect.poll(async () => (await watch('')).code).toBe(200)
  })

  test('whose reader does not read is cut off, and no other', async () => {
    const { watch, write } = await start({ limits: { watchQueueEvents: 20 } })
    const [stalled, reader] = [await watch(''), await watch('')]
    stalled.pause()
    const large = 'x'.repeat(500_000)
    for (let count = 0; count < 60; count++) {
      await write(`large-${count}`, large)
      expect(told(await reader.next())).toBe(`ADDED large-${count}`)
    }
    expect(await completed(stalled)).toBe(false)
  })

  test('whose reader stands still for long is cut off, however little waits', async () => {
    const { watch, write, wireClock } = await start()
    const stalled = await watch('')
    stalled.pause()
    for (let count = 0; count < 40; count++) await write(`large-${count}`, 'x'.repeat(500_000))
    wireClock.advance(60_000)
    wireClock.advance(60_000)
    expect(await completed(stalled)).toBe(false)
  })

  test('ends when the server closes', async () => {
    const { watch, server } = await start()
    const reply = await watch('')
    await server.close()
    expect(await reply.ended).toBe(true)
  })
})

/** Reads on until the end: true when the stream was ended in order, false when it was cut off. */
function completed(reply: WatchReply): Promise<boolean> {
  reply.resume()
  return reply.ended
}
