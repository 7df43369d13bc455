import { isReason } from '../../apimachinery/errors.ts'
import { findCondition } from '../../controller-runtime/conditions.ts'
import { ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext } from '../../controller-runtime/reconciler.ts'
import { Instance } from '../../schemas/compute/instance.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { removeSurplusBindings } from './deployment-network.ts'
import { contentOf, type InstanceContent } from './instance-content.ts'
import type { InstanceAction } from './instance-control.ts'
import type { InstanceSummary } from './instance-ledger.ts'
import { instanceIndexLabel, networkGate, workloadDeploymentUidLabel, workloadUidLabel } from './names.ts'
import type { SpecifiedDeployment } from './specified-deployment.ts'
import { templateHash } from './template-hash.ts'

/** What the instances of a deployment should be. */
export interface InstanceExpectation {
  readonly location: LocationReference
  readonly templateHash: string
  readonly content: InstanceContent
}

/** Why the step could not be taken. */
export interface InstanceObstacle {
  readonly reason: 'InstanceNameConflict' | 'InstanceRefused'
  readonly message: string
}

export function expectInstances(
  deployment: SpecifiedDeployment,
  location: LocationReference,
): InstanceExpectation {
  const hash = templateHash(deployment.spec.template)
  const content = contentOf(instanceOf(deployment, location, hash, 0))
  return { location: { ...location }, templateHash: hash, content }
}

/**
 * Does the one thing that is to be done next with the instances of a deployment, and tells it as an Event. What cannot be
 * done, because of what is in its way or of what the template says, is told once.
 */
export async function takeInstanceStep(
  action: InstanceAction,
  deployment: SpecifiedDeployment,
  expectation: InstanceExpectation,
  context: ReconcileContext,
): Promise<InstanceObstacle | undefined> {
  const about = { kind: WorkloadDeployment, object: deployment }
  const tell: Tell = (type, reason, message) => context.events.record(about, type, reason, message)
  const obstacle = await attemptStep(action, deployment, expectation, context, tell).catch(refusalOf)
  const told = findCondition(deployment.status?.conditions, 'Available')?.message
  if (obstacle && !told?.includes(obstacle.message)) tell('Warning', obstacle.reason, obstacle.message)
  return obstacle
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void

/** An instance that its schema refuses: the deployed one does not look into templates. */
function refusalOf(error: unknown): InstanceObstacle {
  if (isReason(error, 'Invalid')) return { reason: 'InstanceRefused', message: error.message }
  throw error
}

async function attemptStep(
  action: InstanceAction,
  deployment: SpecifiedDeployment,
  { location, templateHash: hash }: InstanceExpectation,
  context: ReconcileContext,
  tell: Tell,
): Promise<InstanceObstacle | undefined> {
  const { client } = context
  switch (action.type) {
    case 'create': {
      const name = `${deployment.metadata.name}-${action.ordinal}`
      try {
        await client.create(Instance, instanceOf(deployment, location, hash, action.ordinal))
      } catch (error) {
        if (!isReason(error, 'AlreadyExists')) throw error
        const message = `Instance ${name} exists and does not belong to this deployment`
        return { reason: 'InstanceNameConflict', message }
      }
      tell('Normal', 'InstanceCreated', `Created instance ${name}`)
      return undefined
    }
    case 'update': {
      const { namespace, name, ordinal } = action.instance
      const next = instanceOf(deployment, location, hash, ordinal)
      await client.change(Instance, { namespace, name }, (draft) => {
        const gates = draft.spec?.controller?.schedulingGates
        draft.metadata.labels = next.metadata.labels
        draft.metadata.annotations = next.metadata.annotations ?? {}
        // The instance stays where it is, and what it still waits for.
        draft.spec = {
          ...next.spec,
          ...(draft.spec?.location ? { location: draft.spec.location } : {}),
          controller: { templateHash: hash, ...(gates ? { schedulingGates: gates } : {}) },
        }
      })
      await removeSurplusBindings(deployment, context)
      tell('Normal', 'InstanceUpdated', `Updated instance ${name} to the present template`)
      return undefined
    }
    case 'repair': {
      if (await repair(action.instance, deployment, location, hash, context)) {
        tell('Warning', 'InstanceRepaired', `Restored what was changed in instance ${action.instance.name}`)
      }
      return undefined
    }
    case 'delete': {
      const { namespace, name, uid } = action.instance
      await client.delete(Instance, { namespace, name }, { preconditions: { uid } })
      tell('Normal', 'InstanceDeleted', `Deleted instance ${name}`)
      return undefined
    }
    case 'wait':
    case 'none':
      return undefined
  }
}

/** Puts back what a user has changed; true when there was anything. */
async function repair(
  { namespace, name, ordinal, controlled, templateHash: found }: InstanceSummary,
  deployment: SpecifiedDeployment,
  location: LocationReference,
  hash: string,
  { client }: ReconcileContext,
): Promise<boolean> {
  const expected = instanceOf(deployment, location, hash, ordinal)
  let before: string | undefined
  const repaired = await client.change(Instance, { namespace, name }, (draft) => {
    const { metadata } = draft
    before ??= metadata.resourceVersion
    metadata.labels = { ...metadata.labels, ...identityLabels(deployment, ordinal) }
    if (!controlled) {
      const owner = ownerReference(WorkloadDeployment, deployment)
      metadata.ownerReferences = [...(metadata.ownerReferences ?? []), owner]
    }
    // What comes from an older template is updated when it is its turn.
    if (found !== hash) return
    metadata.labels = { ...metadata.labels, ...expected.metadata.labels }
    if (expected.metadata.annotations) {
      metadata.annotations = { ...metadata.annotations, ...expected.metadata.annotations }
    }
    draft.spec = { ...expected.spec, controller: draft.spec?.controller ?? expected.spec.controller }
  })
  return repaired !== undefined && repaired.metadata.resourceVersion !== before
}

function identityLabels({ metadata, spec }: SpecifiedDeployment, ordinal: number): Record<string, string> {
  return {
    [instanceIndexLabel]: String(ordinal),
    [workloadUidLabel]: spec.workloadRef.uid,
    [workloadDeploymentUidLabel]: metadata.uid ?? '',
  }
}

function instanceOf(
  deployment: SpecifiedDeployment,
  location: LocationReference,
  hash: string,
  ordinal: number,
) {
  const { template } = deployment.spec
  const { namespace = '', name } = deployment.metadata
  return {
    metadata: {
      name: `${name}-${ordinal}`,
      namespace,
      labels: { ...template.metadata?.labels, ...identityLabels(deployment, ordinal) },
      ...(template.metadata?.annotations ? { annotations: { ...template.metadata.annotations } } : {}),
      ownerReferences: [ownerReference(WorkloadDeployment, deployment)],
    },
    spec: {
      ...template.spec,
      location: { ...location },
      controller: { templateHash: hash, schedulingGates: [{ name: networkGate }] },
    },
  }
}
