import { cloneJson } from '../apimachinery/clone.ts'
import { isReason } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { type Caller, definitionName, type Kind, preferredResource } from '../registry/kind.ts'
import type { Plane, Registry } from '../registry/registry.ts'
import { type ConditionLike, type Finding, setCondition } from './conditions.ts'
import type { Reconciler } from './reconciler.ts'

/** What is read and written of a Namespace. */
export interface NamespaceLike extends KubernetesObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: ConditionLike[] }
}

export interface NamespaceLifecycleOptions {
  readonly registry: Registry
  /** The kind Namespace. */
  readonly kind: Kind<NamespaceLike>
  readonly user: Caller
}

/** The entry of `spec.finalizers` that stands for the content of the namespace. */
const contentFinalizer = 'kubernetes'

/** The name under which it writes, as on a real server. */
const manager = 'kube-controller-manager'

/** What is left of the content after everything in it was asked to go. */
interface Remains {
  /** Objects by `<plural>.<group>`. */
  readonly resources: ReadonlyMap<string, number>
  /** Objects by the finalizers that keep them. */
  readonly finalizers: ReadonlyMap<string, number>
  /** Why deleting failed, a text for each resource concerned. */
  readonly failures: readonly string[]
}

/** Empties a namespace that is being deleted, then takes off the finalizer that keeps it. */
export function createNamespaceLifecycleReconciler(
  options: NamespaceLifecycleOptions,
): Reconciler<NamespaceLike> {
  const { registry, kind, user } = options
  /** Namespaces that wait for their content to go, by plane: the end of any object in one asks for another pass. */
  const terminating = new Set<string>()

  async function deleteContent(plane: Plane, namespace: string): Promise<Remains> {
    const resources = new Map<string, number>()
    const finalizers = new Map<string, number>()
    const failures: string[] = []
    const context = { plane, user }
    const { kinds } = await registry.kinds(plane)
    for (const each of kinds) {
      if (each.scope !== 'Namespaced' || each.answer) continue
      const resource = preferredResource(each)
      const name = definitionName(each)
      try {
        const found = await registry.list(context, resource, { namespace, limit: 1 })
        if (found.items.length === 0) continue
        await registry.deleteCollection(context, resource, { namespace }, { propagationPolicy: 'Background' })
        const left = await registry.list(context, resource, { namespace })
        if (left.items.length > 0) resources.set(name, left.items.length)
        for (const { object } of left.items) {
          for (const finalizer of object.metadata.finalizers ?? []) {
            finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
          }
        }
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    return { resources, finalizers, failures }
  }

  async function finalize(plane: Plane, namespace: NamespaceLike): Promise<void> {
    const draft = cloneJson(namespace)
    draft.spec = {
      ...draft.spec,
      finalizers: (draft.spec?.finalizers ?? []).filter((each) => each !== contentFinalizer),
    }
    const { name } = namespace.metadata
    try {
      await registry.update({ plane, user }, preferredResource(kind), { name }, draft, {
        subresource: 'finalize',
        fieldManager: manager,
      })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  return {
    name: 'namespace-lifecycle',
    fieldManager: manager,
    planes: ['root', 'project'],
    for: kind,
    // As many workers as Kubernetes' namespace controller has by default.
    concurrency: 10,
    observeEveryKind({ type, key, plane }) {
      if (type !== 'DELETED' || key.namespace === undefined) return undefined
      return terminating.has(`${plane}|${key.namespace}`) ? { name: key.namespace } : undefined
    },
    forgetPlane(plane) {
      for (const identity of terminating) if (identity.startsWith(`${plane}|`)) terminating.delete(identity)
    },
    async reconcile(key, { plane, client, clock, log }) {
      const identity = `${plane}|${key.name}`
      const namespace = await client.get(kind, key)
      if (namespace?.metadata.deletionTimestamp === undefined) {
        terminating.delete(identity)
        return undefined
      }
      if (!namespace.spec?.finalizers?.includes(contentFinalizer)) return undefined
      terminating.add(identity)
      const remains = await deleteContent(plane, key.name)
      const updated = await client.changeStatus(kind, key, (draft) => {
        let conditions = draft.status?.conditions ?? []
        for (const finding of findingsOf(remains)) {
          conditions = setCondition(conditions, finding, clock.now())
        }
        draft.status = { ...draft.status, phase: 'Terminating', conditions }
      })
      if (remains.failures.length > 0) throw new Error(remains.failures.join('; '))
      if (remains.resources.size > 0 || updated === undefined) return undefined
      await finalize(plane, updated)
      terminating.delete(identity)
      log.debug({ namespace: key.name }, 'a namespace is empty and may go')
      return undefined
    },
  }
}

/** The conditions of a namespace on its way out, in Kubernetes' types, reasons and words. */
function findingsOf({ resources, finalizers, failures }: Remains): Finding[] {
  const holds = (
    type: string,
    problem: string | undefined,
    words: readonly [string, string, string],
  ): Finding =>
    problem === undefined
      ? { type, status: 'False', reason: words[0], message: words[1] }
      : { type, status: 'True', reason: words[2], message: problem }
  const list = (entries: ReadonlyMap<string, number>, word: string) =>
    [...entries]
      .map(([name, count]) => `${name} ${word} ${count} resource instances`)
      .sort()
      .join(', ')
  return [
    holds('NamespaceDeletionDiscoveryFailure', undefined, [
      'ResourcesDiscovered',
      'All resources successfully discovered',
      '',
    ]),
    holds('NamespaceDeletionGroupVersionParsingFailure', undefined, [
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
      '',
    ]),
    holds(
      'NamespaceDeletionContentFailure',
      failures.length === 0
        ? undefined
        : `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
      [
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
        'ContentDeletionFailed',
      ],
    ),
    holds(
      'NamespaceContentRemaining',
      resources.size === 0 ? undefined : `Some resources are remaining: ${list(resources, 'has')}`,
      ['ContentRemoved', 'All content successfully removed', 'SomeResourcesRemain'],
    ),
    holds(
      'NamespaceFinalizersRemaining',
      finalizers.size === 0
        ? undefined
        : `Some content in the namespace has finalizers remaining: ${list(finalizers, 'in')}`,
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished', 'SomeFinalizersRemain'],
    ),
  ]
}
