import type { RequestListener } from 'node:http'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Logger } from 'pino'
import { type Clock, systemClock } from '../apimachinery/clock.ts'
import { noSuchMethod, StatusError } from '../apimachinery/errors.ts'
import { type Ids, seededIds } from '../apimachinery/ids.ts'
import type { Authorize, Caller } from '../registry/kind.ts'
import type { Registry } from '../registry/registry.ts'
import {
  type Authenticate,
  anonymous,
  authenticateRequest,
  type BadToken,
  impersonate,
} from './authentication.ts'
import { accessDenied, requireAccess } from './authorization.ts'
import {
  type Door,
  type ParentPrefix,
  parseControlPlanePath,
  type ResolveParent,
  resolveDoor,
} from './control-plane-path.ts'
import { cutOff } from './cut-off.ts'
import { createDeadlines } from './deadlines.ts'
import { createDispatch } from './dispatch.ts'
import type { DocumentationOptions } from './documentation.ts'
import { createStatusOf } from './error-handler.ts'
import type { HealthCheck } from './health.ts'
import { createHostCheck } from './host-check.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { createListener, type Listening, type ListenOptions } from './listener.ts'
import { createMetrics, type Metrics, metricsAnswer } from './metrics.ts'
import { wantsPretty } from './negotiation.ts'
import { createOpenPaths } from './open-paths.ts'
import { parseQuery } from './query.ts'
import type { PlaneRequest, ServerEnvironment } from './request.ts'
import { accessAttributes, requestInfo } from './request-info.ts'
import { createRequestMetrics } from './request-metrics.ts'
import type { RequestObserver, RequestRecord } from './request-record.ts'
import { type Answer, createResponder, statusAnswer, withWarnings, yamlAnswer } from './respond.ts'
import { checkUrlLength } from './url-length.ts'
import type { Build } from './version.ts'
import { Watches } from './watches.ts'
import { createWorkload } from './workload.ts'
import { yamlText } from './yaml-text.ts'

export interface ServerOptions {
  readonly registry: Registry
  readonly authenticate: Authenticate
  readonly authorize: Authorize
  /** How the URLs of control planes begin. */
  readonly parents: readonly ParentPrefix[]
  readonly resolveParent: ResolveParent
  /** What has to be so before `/readyz` says yes. */
  readonly readiness: readonly HealthCheck[]
  readonly build: Build
  readonly log: Logger
  /** The time of the control plane: ages in tables, times in records. */
  readonly clock: Clock
  /** Time on the wire: how long watches and slow readers last. Default: the machine's. */
  readonly wireClock?: Clock
  readonly ids: Ids
  /** PEM. Absent: only plain HTTP is spoken. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** How a bad token is answered. Default 403, as Datum documents it. */
  readonly badToken?: BadToken
  /** Host names by which the server may be called beside the loopback's. */
  readonly hostNames?: readonly string[]
  readonly limits?: Partial<Limits>
  readonly metrics?: Metrics
  /** Hears of every request that has ended. */
  readonly audit?: RequestObserver
  /** A Fastify plugin with routes beside the control planes (the token exchange); they are open and documented. */
  readonly extraRoutes?: (app: FastifyInstance) => Promise<void>
  /** What `/docs` lists beside the routes; absent: there is no `/docs`. */
  readonly documentation?: DocumentationOptions
}

export interface Server {
  /** Answers a request of Node's `http` or `http2`. */
  readonly handler: RequestListener
  /** For tests: `app.inject` asks without a connection. */
  readonly app: FastifyInstance
  /** Puts the routes together; rejects with what is wrong with one. Without it the first request does so. */
  ready(): Promise<void>
  listen(options: ListenOptions): Promise<Listening>
  /** Ends watches and connections, within a second whatever clients do. */
  close(): Promise<void>
}

/** What is known of a request so far; the further it has come, the more. */
interface Progress {
  readonly startedAt: number
  readonly started: number
  planeRequest?: PlaneRequest
  info?: PlaneRequest['info']
  user?: Caller
  impersonator?: Caller
  /** True once the resource of the URL is known to be served. */
  served: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    progress: Progress | null
  }
}

/** The HTTP face of one set of control planes. Several may live in one process. */
export function createServer(options: ServerOptions): Server {
  const { registry, authorize, clock, log } = options
  const wireClock = options.wireClock ?? systemClock
  const limits: Limits = { ...defaultLimits, ...options.limits }
  const metrics = options.metrics ?? createMetrics()
  const requestMetrics = createRequestMetrics(metrics)
  // Chance of its own: how many requests there were must not change what objects are called.
  const chance = seededIds(Math.floor(options.ids.random() * 2 ** 32))
  const requestPrefix = chance.suffix(8)
  let requests = 0

  const deadlines = createDeadlines(wireClock)
  const watches = new Watches({ limits, deadlines, clock: wireClock, random: () => chance.random() })
  const environment: ServerEnvironment = {
    registry,
    authorize,
    clock,
    log,
    limits,
    watches,
    requestMetrics,
    responseStarted: (reply) => tellAudit('ResponseStarted', reply.request, reply),
  }
  const responder = createResponder({ limits, deadlines: createDeadlines(systemClock) })
  const statusOf = createStatusOf({ log, limits })
  const workload = createWorkload({ limits, deadlines })
  const openPaths = createOpenPaths(options)
  const dispatch = createDispatch(environment, openPaths)
  const checkHost = createHostCheck(options.hostNames ?? [])

  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    genReqId: () => `${requestPrefix}-${++requests}`,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
  })
  app.decorateRequest('progress', null)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => sendError(noSuchMethod(), request, reply))
  app.addHook('onRequest', async (request, reply) => {
    begin(request, reply)
    checkHost(request)
    checkUrlLength(request.raw.url ?? '', limits)
  })
  app.register(planes)
  if (options.extraRoutes) app.register(options.extraRoutes)
  if (options.documentation) app.register(documentationRoutes, options.documentation)

  /** One route for all control planes: who and where first, then the body, then the work. */
  async function planes(scope: FastifyInstance): Promise<void> {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.addHook('onRequest', admit)
    scope.all('/*', async (request, reply) => {
      const { planeRequest } = request.progress as Progress
      await answer(request, reply, planeRequest as PlaneRequest)
      return reply
    })
  }

  /** Tells where a request is going, who sends it and whether they may; before a byte of its body is read. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const progress = request.progress as Progress
    const url = request.raw.url ?? '/'
    const mark = url.indexOf('?')
    const path = parseControlPlanePath(mark === -1 ? url : url.slice(0, mark), options.parents)
    const query = parseQuery(mark === -1 ? '' : url.slice(mark + 1))
    // What has neither a type nor a length is no body for Fastify, and over HTTP/2 no body needs a length. It also
    // refuses a QUERY without a type; here that is a method like any other that nothing has.
    if (request.raw.httpVersionMajor === 2 || request.method === 'QUERY') {
      request.headers['content-type'] ??= 'application/json'
    }
    const info = requestInfo(request.method, path.segments, path.path, query)
    progress.info = info

    const caller = await authenticateRequest(request, options.authenticate, options.badToken ?? 403)
    progress.user = caller
    const known = { method: request.method, segments: path.segments, query, info }
    if (caller === anonymous) {
      if (!openPaths.includes(path.segments)) throw accessDenied(caller, accessAttributes(info))
      progress.planeRequest = { ...known, user: caller, context: undefined }
      return
    }
    const user = await impersonate(request, caller, authorize)
    if (user !== caller) {
      progress.user = user
      progress.impersonator = caller
    }
    const door: Door = await resolveDoor(path.parents, options.resolveParent)
    progress.planeRequest = { ...known, user, context: { ...door, user } }
    tellAudit('RequestReceived', request, reply)
    await requireAccess(authorize, user, accessAttributes(info))
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    planeRequest: PlaneRequest,
  ): Promise<void> {
    if (planeRequest.segments[0] === 'metrics' && planeRequest.segments.length === 1) {
      await responder.send(reply, metricsAnswer(metrics))
      return
    }
    const found = await workload.run(() =>
      dispatch(request, reply, planeRequest, () => {
        ;(request.progress as Progress).served = true
      }),
    )
    if (found) await responder.send(reply, found)
  }

  function begin(request: FastifyRequest, reply: FastifyReply): void {
    const progress: Progress = { startedAt: clock.now(), started: performance.now(), served: false }
    request.progress = progress
    requestMetrics.begin(request.method)
    let ended = false
    const end = () => {
      if (ended) return
      ended = true
      const record = recordOf('ResponseComplete', request, reply, progress)
      requestMetrics.end(record, progress.served)
      if (log.isLevelEnabled('debug')) logRequest(record)
      options.audit?.(record)
    }
    reply.raw.once('finish', end)
    reply.raw.once('close', end)
  }

  function tellAudit(stage: RequestRecord['stage'], request: FastifyRequest, reply: FastifyReply): void {
    options.audit?.(recordOf(stage, request, reply, request.progress as Progress))
  }

  function logRequest({ info: _info, user, impersonator, ...record }: RequestRecord): void {
    log.debug({ ...record, user: user?.name, impersonator: impersonator?.name }, 'request')
  }

  function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.raw.headersSent) {
      // The answer was on its way already: a client must not take half of it for all of it.
      if (!(error instanceof StatusError) && !isClosed(error))
        log.error({ err: error, requestId: request.id }, 'an answer broke off')
      cutOff(reply.raw)
      return
    }
    const mark = request.raw.url?.indexOf('?') ?? -1
    const query = parseQuery(mark === -1 ? '' : (request.raw.url ?? '').slice(mark + 1))
    const status = statusOf(error, request.id)
    const pretty = wantsPretty(query, request.headers['user-agent'])
    const warnings = error instanceof StatusError ? error.warnings : []
    const send = (answer: Answer) => void responder.send(reply, withWarnings(answer, warnings))
    // Who asked for YAML is told in YAML, unless it was YAML of another form.
    if (/^application\/yaml\b(?![^,]*;\s*as=)/.test(request.headers.accept ?? '')) {
      void yamlText(JSON.stringify(status)).then((text) => send(yamlAnswer(status.code, text)))
    } else send(statusAnswer(status, pretty))
  }

  /** The page and all it needs are loaded when somebody opens it. */
  async function documentationRoutes(
    scope: FastifyInstance,
    documentation: DocumentationOptions,
  ): Promise<void> {
    let app: Promise<FastifyInstance> | undefined
    const show = async (request: FastifyRequest, reply: FastifyReply) => {
      app ??= import('./documentation.ts').then(({ createDocumentation }) =>
        createDocumentation(documentation, options.extraRoutes, statusOf),
      )
      const { routing } = await app
      reply.hijack()
      routing(request.raw, reply.raw)
    }
    scope.get('/docs', show)
    scope.get('/docs/*', show)
  }

  let isReady = false
  app.addHook('onReady', async () => {
    isReady = true
  })

  async function makeReady(): Promise<void> {
    await app.ready()
  }

  /** The routes are put together with the first request, unless somebody has asked for them before. */
  const handler: RequestListener = (request, response) => {
    if (isReady) app.routing(request, response)
    else {
      makeReady().then(
        () => app.routing(request, response),
        (error) => {
          log.error({ err: error }, 'the server could not be made ready')
          response.destroy()
        },
      )
    }
  }

  const listener = createListener({
    handler,
    limits,
    ...(options.tls ? { tls: options.tls } : {}),
  })

  return {
    app,
    handler,
    ready: makeReady,
    listen: (where) => listener.listen(where),
    async close() {
      watches.endAll()
      await listener.close()
      deadlines.close()
      if (isReady) await app.close()
    },
  }
}

/** Routes have schemas for the documentation alone; Fastify's own compilers would be loaded at every start for nothing. */
function noCompiler(): () => never {
  return () => {
    throw new Error('a route needs a compiler of its own for its schema')
  }
}

/** The client went away in the middle of an answer. */
function isClosed(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}

function recordOf(
  stage: RequestRecord['stage'],
  request: FastifyRequest,
  reply: FastifyReply,
  progress: Progress,
): RequestRecord {
  const { info, user, impersonator, planeRequest } = progress
  const parent = planeRequest?.context?.parent
  const userAgent = request.headers['user-agent']
  const sourceAddress = request.socket.remoteAddress
  const contentType = request.headers['content-type']
  return {
    stage,
    id: request.id,
    method: request.method,
    uri: request.raw.url ?? '',
    ...(info ? { info } : {}),
    ...(parent ? { parent } : {}),
    ...(user ? { user } : {}),
    ...(impersonator ? { impersonator } : {}),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    dryRun: planeRequest?.query.all('dryRun') ?? [],
    code: reply.raw.headersSent ? reply.raw.statusCode : 0,
    startedAt: progress.startedAt,
    durationMilliseconds: performance.now() - progress.started,
  }
}
