import { controllerOf, refersTo } from '../../controller-runtime/owner-references.ts'
import type { ObservedKind } from '../../controller-runtime/reconciler.ts'
import { Instance, type InstanceObject } from '../../schemas/compute/instance.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'

/**
 * The places of instances that somebody has deleted a moment ago. They stay empty for that moment: a client that waits
 * for the end of an instance (`kubectl delete`) reads it first and lists it then, and if it finds another one of the
 * same name in the list, waits without end for that one to go.
 */
export interface Vacancies {
  readonly observed: ObservedKind<InstanceObject>
  /**
   * How long (milliseconds) each place of a deployment is to stay empty yet, by ordinal; those that are not told can be
   * filled. Time runs from the first time that this is asked: to be asked in every pass.
   */
  of(deploymentUid: string, replicas: number, now: number): ReadonlyMap<number, number>
  forget(deploymentUid: string): void
}

/** `pause`: how long a place stays empty (milliseconds). */
export function createVacancies(pause: number): Vacancies {
  /** By uid of the deployment and ordinal: until when; undefined as long as no pass has looked. */
  const places = new Map<string, Map<number, number | undefined>>()
  return {
    observed: {
      kind: Instance,
      observe({ type, object }) {
        const controller = controllerOf(object)
        if (type !== 'DELETED' || !controller || !refersTo(controller, WorkloadDeployment)) return []
        const ordinal = Number(/-(0|[1-9]\d{0,8})$/.exec(object.metadata.name)?.[1] ?? -1)
        const ofDeployment = places.get(controller.uid) ?? new Map<number, number | undefined>()
        places.set(controller.uid, ofDeployment.set(ordinal, undefined))
        return []
      },
    },
    of(deploymentUid, replicas, now) {
      const remaining = new Map<number, number>()
      const ofDeployment = places.get(deploymentUid)
      for (const [ordinal, until = now + pause] of ofDeployment ?? []) {
        // What is one too many has been deleted by the deployment itself.
        if (until <= now || ordinal >= replicas) {
          ofDeployment?.delete(ordinal)
          continue
        }
        ofDeployment?.set(ordinal, until)
        remaining.set(ordinal, until - now)
      }
      if (ofDeployment?.size === 0) places.delete(deploymentUid)
      return remaining
    },
    forget: (deploymentUid) => places.delete(deploymentUid),
  }
}
