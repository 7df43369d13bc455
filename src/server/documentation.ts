import { type FastifyInstance, fastify } from 'fastify'
import type { KindSet } from '../registry/kind.ts'
import type { StatusOf } from './error-handler.ts'
import { openRoutes } from './open-routes.ts'
import { documentsV3 } from './openapi/index-v3.ts'
import { openApi } from './openapi/openapi.ts'
import { pageNotFound, statusAnswer } from './respond.ts'

/** Documents of Kubernetes APIs that `/docs` shows beside the routes of our own. */
export interface DocumentedKinds {
  /** What the page calls them: `project`. Part of a URL. */
  readonly name: string
  kinds(): Promise<KindSet>
}

export interface DocumentationOptions {
  readonly kinds: readonly DocumentedKinds[]
  /** Of the package. */
  readonly version: string
}

const page = '/docs'

/**
 * An app of its own for `/docs`, made when somebody opens the page: it registers the same routes again for
 * @fastify/swagger to see, shows them with swagger-ui, and serves the documents of the control planes beside them.
 */
export async function createDocumentation(
  { kinds, version }: DocumentationOptions,
  extraRoutes: ((app: FastifyInstance) => Promise<void>) | undefined,
  statusOf: StatusOf,
): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  // How long a URL may be has been looked at before; by itself the router would refuse long names in words of its own.
  const app = fastify({ logger: false, routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER } })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(pageNotFound.status).headers(pageNotFound.headers).send(pageNotFound.body),
  )
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = statusAnswer(statusOf(error, request.id))
    return reply.code(status).headers(headers).send(body)
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'datum-local',
        description: 'The routes beside the Kubernetes APIs of the control planes.',
        version,
      },
      components: {
        securitySchemes: {
          personalAccessToken: { type: 'http', scheme: 'bearer' },
          bearerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
  })
  await app.register(openRoutes)
  if (extraRoutes) await app.register(extraRoutes)
  await app.register(swaggerUi, {
    routePrefix: page,
    uiConfig: {
      // The page knows `urls`; the types of the plugin do not yet.
      ...({
        urls: [{ name: 'datum-local', url: `${page}/json` }, ...(await documentUrls(kinds))],
      } as Record<string, unknown>),
    },
  })
  app.get<{ Params: { name: string; '*': string } }>(
    `${page}/kubernetes/:name/*`,
    { schema: { hide: true } },
    async (request, reply) => {
      const documented = kinds.find((each) => each.name === request.params.name)
      const path = request.params['*'].split('/')
      const answer = documented && openApi(await documented.kinds(), ['openapi', 'v3', ...path])
      if (!answer) return reply.callNotFound()
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    },
  )
  await app.ready()
  return app
}

async function documentUrls(documented: readonly DocumentedKinds[]) {
  const urls = await Promise.all(
    documented.map(async ({ name, kinds }) =>
      [...documentsV3(await kinds()).keys()].map((path) => ({
        name: `${name}: ${path}`,
        url: `${page}/kubernetes/${name}/${path}`,
      })),
    ),
  )
  return urls.flat()
}
