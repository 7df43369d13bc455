import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Tokens } from './tokens.ts'

/** The documented path, and the one without the portal's first segment. */
const paths = ['/datum-os/oauth/token/exchange', '/oauth/token/exchange']

const schema = {
  summary: 'Exchange a personal access token for a bearer token',
  description:
    'Send the personal access token as `Authorization: Bearer <token>`. The answer is a signed JWT that is good for one hour on every control plane.',
  tags: ['authentication'],
  security: [{ personalAccessToken: [] }],
  response: {
    200: {
      description: 'A bearer token of one hour',
      type: 'object',
      required: ['access_token', 'token_type'],
      properties: {
        access_token: { type: 'string', description: 'A JWT; send it as `Authorization: Bearer …`' },
        token_type: { type: 'string', enum: ['Bearer'] },
      },
    },
    401: {
      description: 'The personal access token is missing or unknown',
      type: 'object',
      required: ['message'],
      properties: { message: { type: 'string', description: 'What is wrong' } },
    },
  },
}

/** A Fastify plugin: the exchange of personal access tokens, open to callers without a bearer token. */
export async function tokenExchange(app: FastifyInstance, { tokens }: { tokens: Tokens }): Promise<void> {
  // A POST needs no body and what it carries is not looked at, whatever type it claims to be.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    done(null)
  })

  async function exchange(request: FastifyRequest, reply: FastifyReply) {
    const personalAccessToken = bearer(request.headers.authorization)
    const exchanged =
      personalAccessToken === undefined ? undefined : await tokens.exchange(personalAccessToken)
    reply.header('cache-control', 'no-store')
    if (exchanged) return exchanged
    reply.code(401).header('www-authenticate', 'Bearer')
    return {
      message:
        personalAccessToken === undefined
          ? 'send a personal access token as "Authorization: Bearer <token>"'
          : 'the personal access token is not valid',
    }
  }

  for (const url of paths) {
    app.route({
      method: ['GET', 'POST'],
      url,
      schema,
      // Two fields need no compiled serializer; compiling one would cost every start some milliseconds.
      serializerCompiler: () => (body) => JSON.stringify(body),
      handler: exchange,
    })
  }
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
}
