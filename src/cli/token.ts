import { systemClock } from '../apimachinery/clock.ts'
import { randomIds } from '../apimachinery/ids.ts'
import { createTokens } from '../server/tokens.ts'
import { UsageError } from './option-types.ts'
import { requireRunningServer } from './running-server.ts'
import type { Terminal } from './terminal.ts'

/** `datum-local token`: prints a bearer token of the server's user, good as long as the state lives. */
export async function printToken(stateDirectory: string, terminal: Terminal): Promise<void> {
  terminal.print(await issueToken(stateDirectory))
}

/** A bearer token signed with the key of the state in `stateDirectory`. */
export async function issueToken(stateDirectory: string): Promise<string> {
  const { directory, server } = requireRunningServer(stateDirectory)
  const { signingKey } = directory.readCredentials()
  if (signingKey === undefined) throw new UsageError(`${directory.path} has no signing key`)
  const tokens = createTokens({ signingKey, personalAccessTokens: [], clock: systemClock, ids: randomIds })
  return await tokens.issue(server.user)
}
