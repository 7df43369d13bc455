import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import protobuf from 'protobufjs'
import { uncompress } from 'snappyjs'

/** Written down from the published specification, independently of the encoder. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
`)
const WriteRequest = root.lookupType('WriteRequest')

export interface ReceivedSeries {
  readonly labels: Readonly<Record<string, string>>
  /** As they came. */
  readonly labelNames: readonly string[]
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[]
}

interface ReceivedWrite {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly series: readonly ReceivedSeries[]
}

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly text?: string
}

/** A server that understands remote write, and answers as it is told to. */
export interface RemoteWriteServer {
  readonly url: string
  readonly writes: readonly ReceivedWrite[]
  /** What the next requests are answered with, one each; 204 when nothing is left. `never`: not at all. */
  answerNext(...answers: (Answer | 'never')[]): void
  close(): Promise<void>
}

export function decodeWrite(body: Uint8Array): ReceivedSeries[] {
  const message = WriteRequest.toObject(WriteRequest.decode(uncompress(new Uint8Array(body))), {
    longs: Number,
    defaults: true,
  })
  type Decoded = {
    labels: { name: string; value: string }[]
    samples: { value: number; timestamp: number }[]
  }
  return (message.timeseries as Decoded[]).map(({ labels, samples }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    labelNames: labels.map(({ name }) => name),
    samples,
  }))
}

export async function startRemoteWriteServer(): Promise<RemoteWriteServer> {
  const writes: ReceivedWrite[] = []
  const answers: (Answer | 'never')[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { url: path = '', headers } = request
    writes.push({ path, headers, series: decodeWrite(Buffer.concat(pieces)) })
    const answer = answers.shift() ?? { status: 204 }
    if (answer === 'never') return
    response.writeHead(answer.status, answer.headers).end(answer.text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    answerNext: (...next) => answers.push(...next),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
