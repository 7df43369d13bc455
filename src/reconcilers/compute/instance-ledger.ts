import { deepEqual } from '../../apimachinery/equality.ts'
import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { isTrue } from '../../controller-runtime/conditions.ts'
import { controllerOf, refersTo } from '../../controller-runtime/owner-references.ts'
import type { ObservedKind } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { Instance, type InstanceObject } from '../../schemas/compute/instance.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'
import { contentOf, type InstanceContent } from './instance-content.ts'
import { instanceIndexLabel, networkGate, workloadDeploymentUidLabel } from './names.ts'

/** What a deployment has to know of each of its instances. */
export interface InstanceSummary {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The name without the number at its end; the whole name when there is none. */
  readonly stem: string
  /** The number at the end of the name, or -1. */
  readonly ordinal: number
  readonly ready: boolean
  readonly programmed: boolean
  readonly deleting: boolean
  /** Waits for its networks. */
  readonly gated: boolean
  /** The template that it was made from. */
  readonly templateHash: string | undefined
  /** The template that the provider has set up. */
  readonly observedTemplateHash: string | undefined
  /** The deployment is its controller. */
  readonly controlled: boolean
  /** Controlled, and numbered as its name says. */
  readonly intact: boolean
  readonly content: InstanceContent
}

/**
 * The instances of every deployment in short, kept by watching: a pass over a deployment of a thousand instances must
 * not read a thousand objects. Nothing in it is not in the objects.
 */
export interface InstanceLedger {
  readonly observed: ObservedKind<InstanceObject>
  /** The instances that belong to a deployment (its uid), by controller reference or, without one, by label. */
  of(plane: Plane, deploymentUid: string): Iterable<InstanceSummary>
  forgetPlane(plane: Plane): void
}

interface PlaneLedger {
  readonly byDeployment: Map<string, Map<string, InstanceSummary>>
  /** The deployment to which each instance was counted. */
  readonly deploymentOf: Map<string, string>
}

export function createInstanceLedger(): InstanceLedger {
  const planes = new Map<Plane, PlaneLedger>()

  function ledgerOf(plane: Plane): PlaneLedger {
    let ledger = planes.get(plane)
    if (!ledger) {
      ledger = { byDeployment: new Map(), deploymentOf: new Map() }
      planes.set(plane, ledger)
    }
    return ledger
  }

  function remove({ byDeployment, deploymentOf }: PlaneLedger, name: string): void {
    const deployment = deploymentOf.get(name)
    if (deployment === undefined) return
    deploymentOf.delete(name)
    const instances = byDeployment.get(deployment)
    instances?.delete(name)
    if (instances?.size === 0) byDeployment.delete(deployment)
  }

  function put(
    { byDeployment, deploymentOf }: PlaneLedger,
    name: string,
    deployment: string,
    summary: InstanceSummary,
  ): void {
    deploymentOf.set(name, deployment)
    const instances = byDeployment.get(deployment)
    if (instances) instances.set(name, summary)
    else byDeployment.set(deployment, new Map([[name, summary]]))
  }

  return {
    observed: {
      kind: Instance,
      observe({ plane, type, key, object }) {
        const ledger = ledgerOf(plane)
        const name = formatObjectKey(key)
        const deployment = deploymentUid(object)
        const before = ledger.byDeployment.get(deployment ?? '')?.get(name)
        if (type === 'DELETED' || deployment !== ledger.deploymentOf.get(name)) remove(ledger, name)
        if (type !== 'DELETED' && deployment !== undefined) {
          const summary = summarize(object, before?.content)
          put(ledger, name, deployment, summary)
          // Most changes of an instance on its way are none to its deployment.
          if (type === 'MODIFIED' && before !== undefined && deepEqual(before, summary)) return []
        }
        const owner = deploymentKey(object)
        return owner ? [owner] : []
      },
    },
    of: (plane, uid) => planes.get(plane)?.byDeployment.get(uid)?.values() ?? [],
    forgetPlane: (plane) => planes.delete(plane),
  }
}

function deploymentUid(instance: InstanceObject): string | undefined {
  const controller = controllerOf(instance)
  if (controller) return refersTo(controller, WorkloadDeployment) ? controller.uid : undefined
  return instance.metadata.labels?.[workloadDeploymentUidLabel]
}

/** The deployment that a change of the instance concerns: its controller, or the one that its name tells. */
function deploymentKey({ metadata }: InstanceObject): ObjectKey | undefined {
  const controller = controllerOf({ metadata })
  if (controller) {
    return refersTo(controller, WorkloadDeployment)
      ? { namespace: metadata.namespace, name: controller.name }
      : undefined
  }
  const match = /^(.+)-\d+$/.exec(metadata.name)
  return match ? { namespace: metadata.namespace, name: match[1] as string } : undefined
}

function summarize(instance: InstanceObject, before: InstanceContent | undefined): InstanceSummary {
  const { metadata, spec, status } = instance
  const { namespace = '', name, uid = '', labels = {} } = metadata
  const controlled = controllerOf(instance) !== undefined
  const match = /^(.*)-(0|[1-9]\d{0,8})$/.exec(name)
  const ordinal = Number(match?.[2] ?? -1)
  return {
    namespace,
    name,
    uid,
    stem: match?.[1] ?? name,
    ordinal,
    ready: isTrue(status?.conditions, 'Ready'),
    programmed: isTrue(status?.conditions, 'Programmed'),
    deleting: metadata.deletionTimestamp !== undefined,
    gated: spec?.controller?.schedulingGates?.some((gate) => gate.name === networkGate) ?? false,
    templateHash: spec?.controller?.templateHash,
    observedTemplateHash: status?.controller?.observedTemplateHash,
    controlled,
    intact: controlled && labels[instanceIndexLabel] === String(ordinal),
    content: contentOf(instance, before),
  }
}
