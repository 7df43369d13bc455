import type { Caller } from './registry/kind.ts'
import type { Seeds } from './seeds.ts'
import type { Authenticate } from './server/authentication.ts'
import type { Tokens } from './server/tokens.ts'

/** Who sends a request: the owner of the token, or, where the door is open, the seeded user for whoever sends none. */
export function createAuthenticator(tokens: Tokens, open: Seeds['user'] | undefined): Authenticate {
  const guest: Caller | undefined = open && {
    name: open.email,
    uid: open.name,
    groups: ['system:authenticated'],
  }
  return async (token) => (token === undefined ? guest : await tokens.authenticate(token))
}
