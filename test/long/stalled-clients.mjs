// A process that opens connections and stalls on each of them. It is forked by stalled-connections.test.ts, is told what
// to open in one message, and answers with two: how many stand open once the last one does, and how each kind has ended.
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

/** Connections that are being opened at once; more would wait in the server's backlog. */
const atOnce = 200

process.once('message', async ({ port, token, path, perKind }) => {
  const hello = await clientHello()
  const head = ['host: localhost', `authorization: Bearer ${token}`]
  const beginnings = {
    'nothing sent': '',
    'half of the headers': ['GET /version HTTP/1.1', ...head, 'x-half: '].join('\r\n'),
    'half of a body': [
      `POST ${path} HTTP/1.1`,
      ...head,
      'content-type: application/json',
      'content-length: 1000',
      '',
      '{"metadata":',
    ].join('\r\n'),
    'half of a TLS greeting': hello.subarray(0, hello.length / 2),
    'a TLS greeting, and no answer to the server’s': hello,
  }
  const kinds = Object.entries(beginnings)
  const waiting = Array.from({ length: perKind }, () => kinds).flat()
  const results = Object.fromEntries(
    kinds.map(([kind]) => [kind, { opened: 0, failed: 0, answered408: 0, shortest: Infinity, longest: 0 }]),
  )
  const ends = []
  let open = 0

  async function openNext() {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [kind, beginning] = next
      const result = results[kind]
      await new Promise((resolve) => {
        const began = performance.now()
        const socket = connect(port, '127.0.0.1')
        let connected = false
        let said = ''
        socket.on('data', (bytes) => {
          if (said.length < 12) said += bytes.toString('latin1', 0, 12)
        })
        socket.on('error', () => {})
        socket.once('connect', () => {
          connected = true
          result.opened += 1
          open += 1
          if (beginning.length > 0) socket.write(beginning)
          resolve()
        })
        ends.push(
          new Promise((ended) => {
            socket.once('close', () => {
              if (connected) open -= 1
              else result.failed += 1
              if (said.startsWith('HTTP/1.1 408')) result.answered408 += 1
              const seconds = (performance.now() - began) / 1000
              result.shortest = Math.min(result.shortest, seconds)
              result.longest = Math.max(result.longest, seconds)
              resolve()
              ended()
            })
          }),
        )
      })
    }
  }

  await Promise.all(Array.from({ length: atOnce }, openNext))
  process.send({ open })
  await Promise.all(ends)
  process.send({ results })
  process.disconnect()
})

/** What a TLS client says first. */
async function clientHello() {
  return await new Promise((resolve) => {
    const wire = new Duplex({ read() {}, write: (bytes) => resolve(bytes) })
    connectTls({ socket: wire, servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] }).on(
      'error',
      () => {},
    )
  })
}
