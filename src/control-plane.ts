import type { ControlPlaneOptions } from './control-plane-options.ts'
import { createControllerMetrics } from './controller-metrics.ts'
import { createCustomResourceDefinitionsReconciler } from './controller-runtime/custom-resource-definitions.ts'
import { createManager } from './controller-runtime/manager.ts'
import { createNamespaceLifecycleReconciler } from './controller-runtime/namespace-lifecycle.ts'
import { installDefinitions } from './definitions.ts'
import { defaultControlPlaneLimits } from './limits.ts'
import { createParents } from './parents.ts'
import { createReconcilers } from './reconcilers/index.ts'
import { createPace } from './reconcilers/provider/pace.ts'
import { createRegistry, type RegistryHandle } from './registry/create-registry.ts'
import { planePrefix } from './registry/keys.ts'
import type { Caller } from './registry/kind.ts'
import type { Plane } from './registry/registry.ts'
import { CustomResourceDefinition } from './schemas/core/custom-resource-definition.ts'
import { Event } from './schemas/core/event.ts'
import { Namespace } from './schemas/core/namespace.ts'
import { createReviewKinds } from './schemas/core/reviews/index.ts'
import { kinds } from './schemas/index.ts'
import { parentPrefixes } from './schemas/parents.ts'
import { createProjectSeeds, defaultSeeds, findSeeded, seedState } from './seeds.ts'
import { createServer } from './server/app.ts'
import { auditEvent } from './server/audit-event.ts'
import { createAuthenticator } from './server/authenticator.ts'
import { authorizeAuthenticated } from './server/authorizer.ts'
import { manualPace } from './server/manual-pace.ts'
import { createMetrics } from './server/metrics.ts'
import { collectProcessMetrics } from './server/process-metrics.ts'
import { tokenExchange } from './server/token-exchange.ts'
import { createTokens, type TokenUser } from './server/tokens.ts'
import { createSqliteStore } from './storage/sqlite-store.ts'
import { version } from './version.ts'

export type { ControlPlaneOptions } from './control-plane-options.ts'
export { reconcilerNames } from './reconcilers/index.ts'

/** A running set of control planes: the root, its organizations and users as views of it, and its projects. */
export interface ControlPlane {
  /** `https://127.0.0.1:7443` */
  readonly url: string
  /** The same port without TLS. */
  readonly httpUrl: string
  readonly port: number
  /** The seeded organization and project, as far as they are there. */
  readonly organization: string | undefined
  readonly project: string | undefined
  /** The same registry that the server and the reconcilers call. */
  readonly registry: RegistryHandle
  /** A bearer token that lasts as long as the signing key; default: of the seeded user. */
  token(user?: TokenUser): Promise<string>
  /** Resolves when every reconciler has done what there is to do now. */
  settle(): Promise<void>
  /**
   * Under the pace `manual`: lets everything for which the simulated provider waits be done, and resolves with how much
   * that was when it has had its effect. Under another pace nothing waits.
   */
  advance(): Promise<number>
  /** The whole state, for another set to begin with. */
  snapshot(): Uint8Array
  /** Lets go of what is in memory only to be quick. */
  releaseMemory(): void
  /** Ends watches and connections, then reconcilers, then the store. */
  close(): Promise<void>
}

/** As whom the controllers that every server has act. */
const controllerManager: Caller = { name: 'system:kube-controller-manager', groups: ['system:masters'] }

/**
 * The table of contents: store → registry → controllers → server. Resolves when the seeds are there and everything
 * has been reconciled once; the port answers before, `/readyz` with 500 until then. What was opened is closed again
 * when a step fails.
 */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, ids, log, credentials } = options
  const limits = { ...defaultControlPlaneLimits, ...options.limits }
  const metrics = createMetrics()
  collectProcessMetrics(metrics, clock)
  const closing: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const store = createSqliteStore({
      path: options.path,
      image: options.image,
      clock,
      durability: options.durability ?? 'normal',
      limits,
      onListenerError: (error) => log.error({ err: error }, 'a watcher failed'),
      onCompactionError: (error) => log.error({ err: error }, 'compaction failed'),
    })
    closing.push(() => store.close())

    const { signingKey, personalAccessTokens } = credentials
    const tokens = createTokens({
      signingKey,
      personalAccessTokens,
      clock,
      ids,
      exchangedLifetime: limits.tokenLifetime,
    })
    const registry = createRegistry({
      store,
      kinds: [
        ...kinds,
        ...createReviewKinds({
          authenticateToken: (token) => tokens.authenticate(token),
          audiences: ['datum-local'],
        }),
      ],
      clock,
      ids,
      authorize: authorizeAuthenticated,
      onStorageFailure: (error) => log.error({ err: error }, 'the state cannot be kept'),
    })
    closing.push(() => registry.close())

    const pace = createPace(options.pace ?? 'instant')
    const advance = async () => {
      const stages = pace.advance()
      await settle()
      return stages
    }
    const projectPlane = (uid: string): Plane => `project/${uid}`
    const manager = createManager({
      registry: registry.forControllers,
      clock,
      ids,
      log,
      user: controllerManager,
      kinds: { event: Event, customResourceDefinition: CustomResourceDefinition },
      limits,
      metrics: createControllerMetrics(metrics),
      reconcilers: [
        createNamespaceLifecycleReconciler({
          registry: registry.forControllers,
          kind: Namespace,
          user: controllerManager,
        }),
        createCustomResourceDefinitionsReconciler({
          registry: registry.forControllers,
          kind: CustomResourceDefinition,
          user: controllerManager,
        }),
        ...(options.seedProjects ? [createProjectSeeds(registry)] : []),
        ...createReconcilers({
          planes: {
            start: (uid) => manager.startPlane(projectPlane(uid)),
            async empty(uid) {
              const plane = projectPlane(uid)
              await manager.stopPlane(plane)
              registry.endWatches(plane)
              await store.purge(planePrefix(plane))
            },
          },
          without: options.withoutReconcilers ?? [],
          pace,
          failImages: options.failImages ?? [],
          failLocations: options.failLocations ?? [],
          externalPool: options.externalPool ?? '198.18.0.0/15',
          replacementPause: options.replacementPause ?? 0,
          exportTelemetry: options.exportTelemetry ? { userAgent: `datum-local/${version}` } : undefined,
        }),
      ],
    })
    closing.push(() => manager.stop())
    let started: Promise<void> | undefined
    const startControllers = () => {
      started ??= manager.startPlane('root')
      return started
    }
    const settle = async () => {
      await startControllers()
      await manager.settle()
    }

    const parents = createParents({ registry: registry.forControllers, clock, ids, log })
    closing.push(() => parents.close())

    let ready = false
    const { audit } = options
    const user = (options.seeds ?? defaultSeeds).user
    const server = createServer({
      registry,
      authenticate: createAuthenticator(tokens, options.authentication === 'open' ? user : undefined),
      authorize: authorizeAuthenticated,
      parents: parentPrefixes,
      resolveParent: parents.resolve,
      readiness: [{ name: 'seeds-and-first-reconciliation', check: () => ready }],
      build: { version },
      log,
      clock,
      ids,
      tls: { key: credentials.server.key, cert: credentials.server.certificate },
      badToken: options.badToken ?? 403,
      hostNames: [...(options.hostNames ?? []), ...options.listen],
      limits,
      metrics,
      ...(audit ? { audit: (record) => audit(auditEvent(record)) } : {}),
      extraRoutes: async (app) => {
        await app.register(tokenExchange, { tokens })
        await app.register(manualPace, { tokens, advance })
      },
      documentation: {
        version,
        kinds: [
          { name: 'root', kinds: () => registry.kinds('root') },
          // Any project serves what a project without definitions of its own does.
          { name: 'project', kinds: () => registry.kinds('project/-') },
        ],
      },
    })
    closing.push(() => server.close())

    if (!options.image) await server.ready()
    const { port, addresses } = await server.listen({ addresses: options.listen, port: options.port })
    if (options.image) {
      // What was settled is settled: it can be served before the controllers have looked at it once more.
      const turn = setImmediate(() => {
        startControllers().catch((error) => log.error({ err: error }, 'the controllers could not be started'))
      })
      closing.push(() => clearImmediate(turn))
    } else {
      await startControllers()
      await seedState(registry, { seeds: options.seeds, settle })
      await installDefinitions(registry, options.definitions ?? [])
      await settle()
    }
    ready = true

    const host = formatHost(addresses[0] ?? '127.0.0.1')
    const seeded = await findSeeded(registry, options.seeds ?? defaultSeeds)
    return {
      url: `https://${host}:${port}`,
      httpUrl: `http://${host}:${port}`,
      port,
      ...seeded,
      registry,
      token: (other) => tokens.issue(other ?? user),
      settle,
      advance,
      snapshot: () => store.snapshot(),
      releaseMemory: () => store.releaseMemory(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** An address as a URL on this machine writes it; who listens everywhere is reached through the loopback. */
function formatHost(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  if (address === '::') return '[::1]'
  return address.includes(':') ? `[${address}]` : address
}
