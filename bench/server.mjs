// Starting and timing a server of ours.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js')
const projectPath = '/apis/resourcemanager.datumapis.com/v1alpha/projects/sandbox/control-plane'

/** Starts a server on a free port; `stop` ends it and removes what it kept. */
export async function startServer(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'datum-local-bench-'))
  const words = ['start', '--json', '--port', '0', '--state-dir', folder, ...flags]
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const line = await new Promise((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text)
    })
    void ended.then((code) => reject(new Error(`the server ended with ${code} before it was ready`)))
  })
  return {
    ...JSON.parse(line),
    plane: projectPath,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Milliseconds from the start of a process until `/readyz` answers 200. */
export async function coldStart(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'datum-local-bench-'))
  const port = await freePort()
  const began = performance.now()
  const words = ['start', '--json', '--port', String(port), '--state-dir', folder, ...flags]
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  try {
    while ((await status(`http://127.0.0.1:${port}/readyz`)) !== 200) {
      if (child.exitCode !== null)
        throw new Error(`the server ended with ${child.exitCode} before it was ready`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return performance.now() - began
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds that Node.js itself needs to start and end. */
export function bareNode() {
  const began = performance.now()
  return new Promise((resolve) => {
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).on('exit', () =>
      resolve(performance.now() - began),
    )
  })
}

function status(url) {
  return new Promise((resolve) => {
    const call = get(url, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', () => resolve(0))
  })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
