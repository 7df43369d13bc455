import type { FastifyInstance } from 'fastify'

const text = { type: 'string' } as const

/**
 * The routes that every control plane answers beside its Kubernetes API, for the documentation only: they are served by
 * `open-paths`, as they are the same below every prefix.
 */
export async function openRoutes(app: FastifyInstance): Promise<void> {
  const describe = (url: string, schema: Record<string, unknown>) =>
    app.get(url, { schema }, async (_request, reply) => reply.callNotFound())

  for (const [url, summary] of [
    ['/healthz', 'Whether the server answers'],
    ['/livez', 'Whether the server answers'],
    ['/readyz', 'Whether the seeds are there and the first reconciliation is done'],
  ] as const) {
    describe(url, {
      summary,
      tags: ['health'],
      querystring: {
        type: 'object',
        properties: {
          verbose: { ...text, description: 'Name every check' },
          exclude: { ...text, description: 'Leave out the check of this name; may be repeated' },
        },
      },
      response: {
        200: { description: '`ok`, or a line for each check', content: { 'text/plain': { schema: text } } },
        500: { description: 'A check fails', content: { 'text/plain': { schema: text } } },
      },
    })
  }
  describe('/version', {
    summary: 'The version of Kubernetes whose API is spoken, and of this build',
    tags: ['version'],
    response: {
      200: {
        description: 'The version',
        type: 'object',
        properties: {
          major: text,
          minor: text,
          gitVersion: text,
          gitCommit: text,
          buildDate: text,
          platform: text,
        },
      },
    },
  })
  describe('/metrics', {
    summary: 'Figures in the text format of Prometheus',
    tags: ['observability'],
    security: [{ bearerToken: [] }],
    response: {
      200: { description: 'The figures', content: { 'text/plain': { schema: text } } },
    },
  })
}
