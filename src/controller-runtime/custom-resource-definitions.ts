import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import { builtInAnnotation, isUnchanged } from '../registry/built-in-annotation.ts'
import { customResourceDefinitionStatus } from '../registry/custom-resource-definition-status.ts'
import { type Caller, type Kind, preferredResource } from '../registry/kind.ts'
import type { Plane, Registry } from '../registry/registry.ts'
import { type ConditionLike, type Finding, isTrue, setCondition } from './conditions.ts'
import { removeFinalizer } from './finalizers.ts'
import type { ReconcileContext, Reconciler } from './reconciler.ts'

/** What is read and written of a CustomResourceDefinition. */
export interface CustomResourceDefinitionLike extends KubernetesObject {
  spec: { group: string; names: { plural: string } }
  status?: { conditions?: readonly ConditionLike[] }
}

export interface CustomResourceDefinitionsOptions {
  readonly registry: Registry
  /** The kind CustomResourceDefinition. */
  readonly kind: Kind<CustomResourceDefinitionLike>
  readonly user: Caller
}

/** Keeps a definition until its instances are gone, on every plane where it is served. */
const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * Accepts the names of definitions, which is when their kinds begin to be served, and deletes the instances of a kind
 * before its definition goes. Definitions that only show a built-in kind are left alone: the kind is there without.
 */
export function createCustomResourceDefinitionsReconciler(
  options: CustomResourceDefinitionsOptions,
): Reconciler<CustomResourceDefinitionLike> {
  const { registry, kind, user } = options
  /** The planes that run. */
  const planes = new Set<Plane>()
  /** Definitions that wait for their instances to go: what asks for a pass, by `<group>/<plural>`. */
  const terminating = new Map<string, Map<Plane, () => void>>()

  /** Where the kind of a definition on `plane` has instances: a definition at the root is served everywhere. */
  async function servingPlanes(
    plane: Plane,
    { metadata: { name } }: CustomResourceDefinitionLike,
    { clientFor }: ReconcileContext,
  ): Promise<Plane[]> {
    if (plane !== 'root') return [plane]
    const serving: Plane[] = []
    for (const each of planes) {
      // A project with a definition of its own keeps the kind.
      const own = each === 'root' ? undefined : await clientFor(each).get(kind, { name })
      if (!own || isUnchanged(own)) serving.push(each)
    }
    return serving
  }

  /** The definitions of a group on a plane. They are named after it, so that no others need be decoded: they can be long. */
  async function definitionsOf(group: string, plane: Plane): Promise<CustomResourceDefinitionLike[]> {
    const { items } = await registry.list({ plane, user }, preferredResource(kind), {})
    return items
      .filter(({ key }) => key.name.endsWith(`.${group}`))
      .map(({ object }) => object as CustomResourceDefinitionLike)
      .filter(({ spec }) => spec.group === group)
  }

  /** Deletes the instances on a plane and returns how many are left. */
  async function deleteInstances(plane: Plane, definition: CustomResourceDefinitionLike): Promise<number> {
    const { group, names } = definition.spec
    const { kinds } = await registry.kinds(plane)
    const instanceKind = kinds.find((each) => each.group === group && each.names.plural === names.plural)
    if (!instanceKind) return 0
    const context = { plane, user }
    const resource = preferredResource(instanceKind)
    const before = await registry.list(context, resource, { limit: 1 })
    if (before.items.length === 0) return 0
    await registry.deleteCollection(context, resource, {}, { propagationPolicy: 'Background' })
    const after = await registry.list(context, resource, {})
    return after.items.length
  }

  async function terminate(
    definition: CustomResourceDefinitionLike,
    context: ReconcileContext,
  ): Promise<void> {
    const { plane, client } = context
    const { name, finalizers = [] } = definition.metadata
    if (!finalizers.includes(cleanupFinalizer)) return
    const { group, names } = definition.spec
    const served = `${group}/${names.plural}`
    const waiting = terminating.get(served) ?? new Map<Plane, () => void>()
    terminating.set(
      served,
      waiting.set(plane, () => context.enqueue({ name })),
    )
    await setTerminating(name, context, {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    })
    if (isTrue(definition.status?.conditions, 'Established')) {
      let left = 0
      for (const each of await servingPlanes(plane, definition, context))
        left += await deleteInstances(each, definition)
      if (left > 0) return
    }
    await setTerminating(name, context, {
      type: 'Terminating',
      status: 'False',
      reason: 'InstanceDeletionCompleted',
      message: 'removed all instances',
    })
    await removeFinalizer(client, kind, { name }, cleanupFinalizer)
    waiting.delete(plane)
    if (waiting.size === 0) terminating.delete(served)
  }

  async function setTerminating(
    name: string,
    { client, clock }: ReconcileContext,
    finding: Finding,
  ): Promise<void> {
    await client.changeStatus(kind, { name }, (draft) => {
      draft.status = {
        ...draft.status,
        conditions: setCondition(draft.status?.conditions, finding, clock.now()),
      }
    })
  }

  return {
    name: 'custom-resource-definitions',
    fieldManager: 'kube-apiserver',
    planes: ['root', 'project'],
    for: kind,
    watches: [
      {
        kind,
        // What one definition gives up, another one of its group may have been waiting for.
        async enqueue(definition, { plane }) {
          const { group } = (definition as CustomResourceDefinitionLike).spec
          return (await definitionsOf(group, plane))
            .filter(({ status }) => !isTrue(status?.conditions, 'NamesAccepted'))
            .map(({ metadata }): ObjectKey => ({ name: metadata.name }))
        },
      },
    ],
    observeEveryKind({ plane, type, kind: changed }) {
      planes.add(plane)
      if (type !== 'DELETED' || terminating.size === 0) return undefined
      for (const ask of terminating.get(`${changed.group}/${changed.names.plural}`)?.values() ?? []) ask()
      return undefined
    },
    forgetPlane(plane) {
      planes.delete(plane)
      for (const waiting of terminating.values()) waiting.delete(plane)
    },

    async reconcile(key, context) {
      const { client, clock, plane } = context
      const definition = await client.get(kind, key)
      if (!definition || definition.metadata.annotations?.[builtInAnnotation] !== undefined) return undefined
      const { deletionTimestamp } = definition.metadata
      if (deletionTimestamp !== undefined) {
        await terminate(definition, context)
        return undefined
      }
      const { group } = definition.spec
      const others = [
        ...(await definitionsOf(group, plane)),
        ...(plane === 'root' ? [] : await definitionsOf(group, 'root')),
      ].filter(({ metadata }) => metadata.name !== key.name)
      await client.changeStatus(kind, key, (draft) => {
        draft.status = { ...customResourceDefinitionStatus(draft, others, clock.now()) }
      })
      return undefined
    },
  }
}
