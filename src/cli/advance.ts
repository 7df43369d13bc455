import { advancePath } from '../server/manual-pace.ts'
import { ask } from './ask.ts'
import { UsageError } from './option-types.ts'
import { requireRunningServer } from './running-server.ts'
import type { Terminal } from './terminal.ts'
import { issueToken } from './token.ts'

/** The answer comes when the controllers have seen to what follows: with much to do that takes a while. */
const patience = 60_000

/** `datum-local advance`: lets the simulated provider of a server with `--pace manual` go one step further. */
export async function advance(stateDirectory: string, terminal: Terminal): Promise<void> {
  const { server } = requireRunningServer(stateDirectory)
  const { status, body } = await ask(server.httpUrl + advancePath, {
    method: 'POST',
    token: await issueToken(stateDirectory),
    patience,
  })
  if (status !== 200) throw new UsageError(`${server.httpUrl} answers ${status}: ${body.trim()}`)
  terminal.print(String((JSON.parse(body) as { stages: number }).stages))
}
