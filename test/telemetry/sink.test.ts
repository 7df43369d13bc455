import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSink, type Sink, type SinkSettings, waitingLimit } from '../../src/telemetry/sink.ts'
import { createObservedClock, type ObservedClock } from './support/observed-clock.ts'
import { type RemoteWriteServer, startRemoteWriteServer } from './support/remote-write-server.ts'

const batchTimeout = 5_000
const backoff = 7_000

let server: RemoteWriteServer
let clock: ObservedClock
let sink: Sink
let reports: string[]

beforeEach(async () => {
  server = await startRemoteWriteServer()
  clock = createObservedClock()
  reports = []
})
afterEach(async () => {
  sink.close()
  await server.close()
})

function open(settings: Partial<SinkSettings> = {}): Sink {
  sink = createSink({
    clock,
    userAgent: 'test/1',
    settings: {
      endpoint: `${server.url}/push`,
      authorization: undefined,
      batchSize: 500,
      batchTimeout,
      maxAttempts: 3,
      backoff,
      ...settings,
    },
    observer: {
      givenUp: (why, attempts) => reports.push(`given up after ${attempts}: ${why}`),
      recovered: () => reports.push('recovered'),
    },
  })
  return sink
}

function samples(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => ({
    labels: { __name__: 'up', index: String(from + index) },
    value: from + index,
    time: clock.now(),
  }))
}

const soon = { interval: 2, timeout: 5_000 }
const received = () => server.writes.map(({ series }) => series.length)
const untilReceived = (...counts: number[]) => expect.poll(received, soon).toEqual(counts)
const untilPaused = (length = backoff) => expect.poll(() => clock.pending(length), soon).toBe(1)
const untilDelivered = (count: number) => expect.poll(() => sink.figures.delivered, soon).toBe(count)
const untilReported = (...expected: string[]) => expect.poll(() => reports, soon).toEqual(expected)

test('what comes within the timeout of a batch is sent as one, with the headers of remote write', async () => {
  open({ authorization: 'Basic dTpw' })
  sink.add(samples(2))
  clock.advance(batchTimeout - 1)
  sink.add(samples(1, 2))
  expect(server.writes).toEqual([])
  clock.advance(1)
  await untilDelivered(3)
  expect(received()).toEqual([3])
  expect(server.writes[0]).toMatchObject({
    path: '/push',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      'user-agent': 'test/1',
      authorization: 'Basic dTpw',
    },
  })
  expect(server.writes[0]?.series[2]).toMatchObject({ labels: { __name__: 'up', index: '2' } })
  expect(clock.pending(batchTimeout)).toBe(0)
})

test('a full batch does not wait, and what is left over does', async () => {
  open({ batchSize: 4 })
  sink.add(samples(10))
  await untilReceived(4, 4)
  expect(sink.figures.waiting).toBeGreaterThanOrEqual(2)
  clock.advance(batchTimeout)
  await untilReceived(4, 4, 2)
  expect(server.writes.flatMap(({ series }) => series.map(({ labels }) => labels.index))).toEqual(
    samples(10).map(({ labels }) => labels.index),
  )
})

test.each([500, 503, 429])(
  'an answer of %s is tried again after the back-off, the same batch',
  async (status) => {
    open({ batchSize: 2 })
    server.answerNext({ status }, { status })
    sink.add(samples(2))
    await untilPaused()
    clock.advance(backoff - 1)
    expect(received()).toEqual([2])
    clock.advance(1)
    await untilPaused()
    clock.advance(backoff)
    await untilDelivered(2)
    expect(server.writes.map(({ series }) => series)).toEqual(Array(3).fill(server.writes[0]?.series))
    expect(reports).toEqual([])
    expect([...sink.figures.requests]).toEqual([
      [String(status), 2],
      ['204', 1],
    ])
  },
)

test('a batch is given up after the attempts it has, the next one is tried, and recovery is told', async () => {
  open({ batchSize: 1, maxAttempts: 2 })
  server.answerNext(
    { status: 503, text: 'out of order\nand more' },
    { status: 503, text: 'out of space\nand more' },
  )
  sink.add(samples(2))
  await untilPaused()
  clock.advance(backoff)
  await untilReported('given up after 2: HTTP 503 Service Unavailable: out of space', 'recovered')
  expect(sink.figures).toMatchObject({ delivered: 1, givenUp: 1, dropped: 0, waiting: 0 })
})

test.each([400, 401, 404, 302])('an answer of %s is for good', async (status) => {
  open({ batchSize: 1 })
  server.answerNext({ status, headers: { location: `${server.url}/elsewhere` }, text: 'no' })
  sink.add(samples(1))
  await expect.poll(() => reports[0], soon).toMatch(new RegExp(`^given up after 1: HTTP ${status} .*: no$`))
  expect(received()).toEqual([1])
  expect(clock.pending(backoff)).toBe(0)
})

test('a longer pause that the server asks for is kept, to a limit', async () => {
  open({ batchSize: 1, maxAttempts: 5 })
  const date = new Date(clock.now() + 120_000).toUTCString()
  server.answerNext(
    { status: 429, headers: { 'retry-after': '60' } },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 503, headers: { 'retry-after': date } },
    { status: 503, headers: { 'retry-after': '999999' } },
  )
  sink.add(samples(1))
  for (const pause of [60_000, backoff, 120_000 - 60_000 - backoff, 300_000]) {
    await untilPaused(pause)
    clock.advance(pause)
  }
  await untilDelivered(1)
})

test('a server that cannot be reached, and one that does not answer, are tried again', async () => {
  const gone = await startRemoteWriteServer()
  await gone.close()
  open({ batchSize: 1, maxAttempts: 2, endpoint: gone.url })
  sink.add(samples(1))
  await untilPaused()
  clock.advance(backoff)
  await untilReported('given up after 2: ECONNREFUSED')
  sink.configure({
    endpoint: server.url,
    authorization: undefined,
    batchSize: 1,
    batchTimeout,
    maxAttempts: 2,
    backoff,
  })
  server.answerNext('never')
  sink.add(samples(1))
  await untilReceived(1)
  clock.advance(30_000)
  await untilPaused()
  clock.advance(backoff)
  await untilDelivered(1)
})

test.each(['/relative', 'ftp://example.com/', 'nothing'])('%s is nowhere to send to', async (endpoint) => {
  open({ batchSize: 1, endpoint })
  sink.add(samples(1))
  await untilReported('given up after 1: the endpoint is no URL of http or https')
})

test('new settings count for what waits as well', async () => {
  const settings = { batchSize: 1, batchTimeout, maxAttempts: 3, backoff, endpoint: server.url }
  open({ ...settings, authorization: 'Basic old' })
  server.answerNext({ status: 503 })
  sink.add(samples(1))
  await untilPaused()
  sink.configure({ ...settings, authorization: 'Basic new' })
  clock.advance(backoff)
  await untilDelivered(1)
  expect(server.writes.map(({ headers }) => headers.authorization)).toEqual(['Basic old', 'Basic new'])
})

test('more than fits is dropped, the oldest first, while a server is down', async () => {
  open({ batchSize: 5_000, maxAttempts: 10 })
  server.answerNext({ status: 503 })
  sink.add(samples(5_000))
  await untilPaused()
  sink.add(samples(waitingLimit, 5_000))
  expect(sink.figures).toMatchObject({ dropped: 5_000, waiting: waitingLimit })
  clock.advance(backoff)
  await untilDelivered(waitingLimit)
  expect(server.writes.map(({ series }) => series[0]?.labels.index)).toEqual([
    '0',
    '0',
    '10000',
    '15000',
    '20000',
  ])
})

test('nothing is sent, timed or reported after the end', async () => {
  open({ batchSize: 2 })
  server.answerNext('never')
  sink.add(samples(3))
  await untilReceived(2)
  sink.close()
  sink.add(samples(3))
  clock.advance(1_000_000)
  expect(sink.figures.waiting).toBeLessThanOrEqual(2)
  for (const length of [batchTimeout, backoff]) expect(clock.pending(length)).toBe(0)
  await expect.poll(() => clock.pending(30_000), soon).toBe(0)
  expect(received()).toEqual([2])
  expect(reports).toEqual([])
})
