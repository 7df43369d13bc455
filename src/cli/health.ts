import { ask } from './ask.ts'
import { UsageError } from './option-types.ts'
import { describeStateDirectory } from './state-directory.ts'
import type { Terminal } from './terminal.ts'

const patience = 3000

/**
 * `datum-local health`: succeeds when the server is ready. Which server: the one that runs on the state, or, where
 * there is none (`--memory`), the one on `port` of this machine.
 */
export async function checkHealth(
  { stateDir, port }: { stateDir: string; port: number },
  terminal: Terminal,
): Promise<void> {
  const server = describeStateDirectory(stateDir).readServer()
  const url = `${server?.httpUrl ?? `http://127.0.0.1:${port}`}/readyz`
  const { status, body } = await ask(url, { patience })
  if (status !== 200) throw new UsageError(`${url} answers ${status}: ${body.trim()}`)
  terminal.say(`${url}: ${body.trim()}`)
}
