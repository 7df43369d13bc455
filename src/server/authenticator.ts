import type { Caller } from '../registry/kind.ts'
import type { Authenticate } from './authentication.ts'
import { callerOf, type Tokens, type TokenUser } from './tokens.ts'

/** Who sends a request: the owner of the token, or, where the door is open, `guest` for whoever sends none. */
export function createAuthenticator(tokens: Tokens, guest: TokenUser | undefined): Authenticate {
  const caller: Caller | undefined = guest && callerOf(guest)
  return async (token) => (token === undefined ? caller : await tokens.authenticate(token))
}
