import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bearerToken } from './authentication.ts'
import type { Tokens } from './tokens.ts'

export interface ManualPaceOptions {
  readonly tokens: Tokens
  /** Lets everything that waits go one step further; resolves with how much that was, when it has had its effect. */
  advance(): Promise<number>
}

export const advancePath = '/datum-local/advance'

const schema = {
  summary: 'Let the simulated provider go one step further',
  description:
    'For a server with `--pace manual`: every stage of the provider that has begun is done. The answer comes when the controllers have seen to what follows; elsewhere nothing waits, and the answer is 0.',
  tags: ['provider'],
  security: [{ bearerToken: [] }],
  response: {
    200: {
      description: 'What was let go',
      type: 'object',
      required: ['stages'],
      properties: { stages: { type: 'integer', description: 'How many stages were waiting' } },
    },
    401: {
      description: 'The bearer token is missing or not valid',
      type: 'object',
      required: ['message'],
      properties: { message: { type: 'string', description: 'What is wrong' } },
    },
  },
}

/** A Fastify plugin: the hand at the pace of the simulated provider, for whoever has a token. */
export async function manualPace(
  app: FastifyInstance,
  { tokens, advance }: ManualPaceOptions,
): Promise<void> {
  // A POST needs no body and what it carries is not looked at, whatever type it claims to be.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    done(null)
  })
  app.route({
    method: 'POST',
    url: advancePath,
    schema,
    serializerCompiler: () => (body) => JSON.stringify(body),
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const token = bearerToken(request.headers.authorization ?? '')
      if (token === undefined || !(await tokens.authenticate(token))) {
        reply.code(401).header('www-authenticate', 'Bearer')
        return { message: 'send a bearer token as "Authorization: Bearer <token>"' }
      }
      return { stages: await advance() }
    },
  })
}
