import type { Clock } from '../apimachinery/clock.ts'
import { isReason } from '../apimachinery/errors.ts'
import type { Ids } from '../apimachinery/ids.ts'
import { equalitySelector } from '../apimachinery/label-selector.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Store } from '../storage/store.ts'
import type { AdmissionClient } from './admission.ts'
import { type BuiltInDefinitions, createBuiltInDefinitions } from './built-in-definitions.ts'
import { create } from './create.ts'
import { deleteCollection, deleteObject } from './delete.ts'
import type { Environment } from './environment.ts'
import { get } from './get.ts'
import { type Authorize, type Caller, type Kind, type Resource, servedResource } from './kind.ts'
import { createKindCatalogue } from './kind-catalogue.ts'
import { list } from './list.ts'
import { patch } from './patch.ts'
import type { Plane, Registry, RequestContext } from './registry.ts'
import { answerFailures } from './storage-failure.ts'
import { update } from './update.ts'
import { ChangedObjects, OpenWatches, watch } from './watch.ts'

export interface RegistryOptions {
  readonly store: Store
  /** Every built-in kind, CustomResourceDefinition among them. */
  readonly kinds: readonly Kind[]
  readonly clock: Clock
  readonly ids: Ids
  readonly authorize: Authorize
  /** Hears when the storage begins to refuse; callers are answered with 503. */
  readonly onStorageFailure?: (error: Error) => void
}

/** As whom admission reads and writes what belongs to an object. */
const system: Caller = { name: 'system:apiserver', groups: ['system:masters'] }

/** A registry and the end of it: what `close` ends are its own subscriptions, not the store. */
export interface RegistryHandle extends Registry {
  /**
   * The same without the definitions of built-in kinds, which are made when somebody asks for definitions: controllers,
   * which watch definitions on every plane, have nothing to do about these.
   */
  readonly forControllers: Registry
  /** Ends every watch on a plane that is gone, with 410. */
  endWatches(plane: Plane): void
  close(): void
}

export function createRegistry(options: RegistryOptions): RegistryHandle {
  const definitions = options.kinds.find((kind) => kind.names.kind === 'CustomResourceDefinition')
  if (!definitions) throw new Error('the kinds of a registry include CustomResourceDefinition')
  const store = answerFailures(options.store, (error) => options.onStorageFailure?.(error))
  const catalogue = createKindCatalogue(store, options.kinds, definitions)
  const environment: Environment = {
    store,
    catalogue,
    clock: options.clock,
    ids: options.ids,
    authorize: options.authorize,
    admissionClient: (plane) => createAdmissionClient(environment, plane),
  }
  const changed = new ChangedObjects()
  const openWatches = new OpenWatches()
  const verbs: Registry = {
    kinds: (plane) => catalogue.kinds(plane),
    get: (...request) => get(environment, ...request),
    list: (...request) => list(environment, ...request),
    watch: (...request) => watch(environment, changed, openWatches, ...request),
    create: (context, resource, key, object, writeOptions) =>
      create(environment, context, resource, key, object, writeOptions),
    update: (...request) => update(environment, ...request),
    patch: (...request) => patch(environment, ...request),
    delete: (...request) => deleteObject(environment, ...request),
    deleteCollection: (...request) => deleteCollection(environment, ...request),
  }
  const builtIn = createBuiltInDefinitions(() => environment, options.kinds, definitions)
  return {
    ...withBuiltInDefinitions(verbs, definitions, builtIn),
    forControllers: verbs,
    endWatches(plane) {
      builtIn.forget(plane)
      openWatches.endAll(plane)
      catalogue.forget(plane)
    },
    close() {
      builtIn.close()
      catalogue.close()
    },
  }
}

/** The same verbs; whoever asks for definitions finds among them those of kinds that are served without. */
function withBuiltInDefinitions(verbs: Registry, definitions: Kind, builtIn: BuiltInDefinitions): Registry {
  const prepared =
    <Rest extends readonly unknown[], Result>(
      verb: (context: RequestContext, resource: Resource, ...rest: Rest) => Promise<Result>,
    ) =>
    async (context: RequestContext, resource: Resource, ...rest: Rest) => {
      if (resource.kind === definitions) await builtIn.ensure(context.plane)
      return verb(context, resource, ...rest)
    }
  const restored =
    <Rest extends readonly unknown[], Result>(
      verb: (context: RequestContext, resource: Resource, ...rest: Rest) => Promise<Result>,
    ) =>
    async (context: RequestContext, resource: Resource, ...rest: Rest) => {
      const result = await verb(context, resource, ...rest)
      if (resource.kind === definitions) await builtIn.restore(context.plane)
      return result
    }
  return {
    kinds: verbs.kinds,
    get: prepared(verbs.get),
    list: prepared(verbs.list),
    watch: prepared(verbs.watch),
    create: prepared(verbs.create),
    update: prepared(verbs.update),
    patch: prepared(verbs.patch),
    delete: restored(prepared(verbs.delete)),
    deleteCollection: restored(prepared(verbs.deleteCollection)),
  }
}

function createAdmissionClient(environment: Environment, plane: Plane): AdmissionClient {
  const context: RequestContext = { plane, user: system }
  const resourceOf = async (kind: Kind) => servedResource(await environment.catalogue.kinds(plane), kind)
  return {
    async get<T extends KubernetesObject>(
      kind: Kind<T>,
      key: { namespace?: string | undefined; name: string },
    ) {
      try {
        return (await get(environment, context, await resourceOf(kind as Kind), key)).object as T
      } catch (error) {
        if (isReason(error, 'NotFound')) return undefined
        throw error
      }
    },
    async list<T extends KubernetesObject>(
      kind: Kind<T>,
      { namespace, labels }: { namespace?: string; labels?: Record<string, string> } = {},
    ) {
      const found = await list(environment, context, await resourceOf(kind as Kind), {
        namespace,
        labelSelector: labels && equalitySelector(labels),
      })
      return found.items.map((item) => item.object as T)
    },
    async create<T extends KubernetesObject>(kind: Kind<T>, object: T) {
      const { namespace } = object.metadata
      const outcome = await create(
        environment,
        context,
        await resourceOf(kind as Kind),
        { namespace },
        object,
      )
      return outcome.object.object as T
    },
  }
}
