import type { ObjectKey } from '../../apimachinery/object.ts'
import { type Finding, findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import { hasWritten, isWrittenByOthers } from '../../controller-runtime/field-owners.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import type { ReconcileContext, Reconciler, Result } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { Instance, type InstanceObject } from '../../schemas/compute/instance.ts'
import type { InstanceSpec } from '../../schemas/compute/instance-template.ts'
import { ConfigMap } from '../../schemas/core/config-map.ts'
import { Secret } from '../../schemas/core/secret.ts'
import { Location } from '../../schemas/networking/location.ts'
import { providerFinalizer } from '../compute/names.ts'
import type { Cidr } from '../networking/ipam-cidr.ts'
import { createLocationCatalogue } from '../networking/location-catalogue.ts'
import type { Failures } from './failures.ts'
import { type Assignment, createInstanceAddresses } from './instance-addresses.ts'
import type { Pace } from './pace.ts'
import { dataReference, missingData, referencedData } from './referenced-data.ts'

export interface ProviderInstanceOptions {
  readonly pace: Pace
  readonly failures: Failures
  /** Public addresses come out of this block. */
  readonly externalPool: Cidr
}

/** What hinders the provider, as the condition `Programmed` tells it. */
interface Fault {
  readonly reason: string
  readonly message: string
}

/**
 * Plays the provider that runs instances: `Programmed` and `Running`, addresses, and an orderly end. One worker: that
 * is how no two instances get one address.
 */
export function createProviderInstanceReconciler(
  options: ProviderInstanceOptions,
): Reconciler<InstanceObject> {
  const { pace, failures } = options
  const addresses = createInstanceAddresses(options.externalPool)
  const locations = createLocationCatalogue()
  const references = createReferenceIndex(Instance, ({ metadata, spec }) =>
    spec
      ? [
          ...referencedData(spec).map(({ kind, name }) =>
            dataReference(kind, { namespace: metadata.namespace, name }),
          ),
          ...(spec.location ? [`Location ${spec.location.namespace}/${spec.location.name}`] : []),
        ]
      : [],
  )

  async function findFault(
    { metadata }: InstanceObject,
    spec: InstanceSpec,
    context: ReconcileContext,
  ): Promise<Fault | undefined> {
    if (spec.location && failures.location(spec.location)) {
      return { reason: 'LocationUnavailable', message: `Location ${spec.location.name} does not answer` }
    }
    const image = failures.image(spec)
    if (image !== undefined) return { reason: 'ImagePullFailed', message: `Image ${image} cannot be pulled` }
    const missing = await missingData(spec, metadata.namespace ?? '', context.client)
    return missing === undefined ? undefined : { reason: 'ReferencedDataNotReady', message: missing }
  }

  return {
    name: reconcilerName,
    planes: ['project'],
    for: Instance,
    // `Ready` sums up what is written here.
    reads: ({ metadata: { generation, deletionTimestamp, finalizers }, status }) => [
      generation,
      deletionTimestamp,
      finalizers,
      { ...status, conditions: status?.conditions?.filter(({ type }) => type !== 'Ready') },
    ],
    observes: [...addresses.observed, locations.observed, references.observed],
    watches: [Secret, ConfigMap, Location].map((kind) => ({
      kind,
      enqueue: ({ metadata: { namespace, name } }, { plane }) =>
        references.find(plane, `${kind.names.kind} ${namespace}/${name}`),
    })),
    forgetPlane(plane) {
      addresses.forgetPlane(plane)
      locations.forgetPlane(plane)
      references.forgetPlane(plane)
    },

    async reconcile(key, context) {
      const { client, plane } = context
      const instance = await client.get(Instance, key)
      if (!instance) {
        for (const stage of ['instance-running', 'instance-programmed', 'instance-stopped'] as const) {
          pace.forget(plane, stage, key)
        }
        return undefined
      }
      const { spec, metadata } = instance
      if (metadata.deletionTimestamp !== undefined) return stop(instance, key, context)
      const isThere = spec?.location !== undefined && locations.find(plane, spec.location) !== undefined
      if (!spec || !isThere) {
        await reportNoLocation(instance, key, context)
        return undefined
      }
      if (!metadata.finalizers?.includes(providerFinalizer)) {
        await addFinalizer(client, Instance, key, providerFinalizer)
      }
      if ((spec.controller?.schedulingGates ?? []).length > 0) return undefined
      return run(instance, spec, key, context)
    },
  }

  /** Without a location there is no provider to run it. What runs already is left running. */
  async function reportNoLocation(
    instance: InstanceObject,
    key: ObjectKey,
    context: ReconcileContext,
  ): Promise<void> {
    const { spec, status } = instance
    const isGated = (spec?.controller?.schedulingGates ?? []).length > 0
    if (!spec || isGated || isTrue(status?.conditions, 'Programmed')) return
    const { location } = spec
    const fault = location
      ? {
          reason: 'LocationNotFound',
          message: `Location ${location.namespace}/${location.name} does not exist`,
        }
      : { reason: 'LocationNotSpecified', message: 'spec.location does not say where to run' }
    await report(instance, key, fault, context)
  }

  /** Takes the instance from wherever it is towards running what its spec says, as far as the pace allows. */
  async function run(
    instance: InstanceObject,
    spec: InstanceSpec,
    key: ObjectKey,
    context: ReconcileContext,
  ): Promise<Result> {
    const { plane, events } = context
    const hash = spec.controller?.templateHash
    const isCurrent = instance.status?.controller?.observedTemplateHash === hash
    const conditions = instance.status?.conditions
    if (isTrue(conditions, 'Programmed') && isTrue(conditions, 'Running') && isCurrent) {
      return keepAddresses(instance, key, context)
    }
    const fault = await findFault(instance, spec, context)
    if (fault) {
      await report(instance, key, fault, context)
      return undefined
    }
    // There is no use in beginning what must wait for an address in the end.
    const possible = addresses.assign(plane, key, instance)
    if (!('assignments' in possible)) {
      await report(instance, key, possible, context)
      return undefined
    }
    addresses.revoke(plane, key, instance)
    const generation = instance.metadata.generation
    // The stages count from here, also when an update comes in between: then what was begun is begun again.
    const begun = findCondition(conditions, 'Programmed')
    const isBegun = begun?.reason === 'ProgrammingInProgress' && begun.observedGeneration === generation
    if (!isBegun) {
      pace.forget(plane, 'instance-running', key)
      pace.forget(plane, 'instance-programmed', key)
      await setConditions(key, context, [
        {
          type: 'Programmed',
          status: 'False',
          reason: 'ProgrammingInProgress',
          message: 'Instance is being programmed',
          observedGeneration: generation,
        },
        {
          type: 'Running',
          status: 'False',
          reason: 'Starting',
          message: 'Instance is starting',
          observedGeneration: generation,
        },
      ])
    }
    if (!isBegun || !isTrue(conditions, 'Running')) {
      const starting = pace.wait('instance-running', key, context)
      if (starting) return starting.result
      await setConditions(key, context, [
        {
          type: 'Running',
          status: 'True',
          reason: 'Running',
          message: 'Instance is running',
          observedGeneration: generation,
        },
      ])
    }
    const programming = pace.wait('instance-programmed', key, context)
    if (programming) return programming.result

    const decision = addresses.assign(plane, key, instance)
    if (!('assignments' in decision)) {
      await report(instance, key, decision, context)
      return undefined
    }
    try {
      const updated = await setConditions(
        key,
        context,
        [
          {
            type: 'Programmed',
            status: 'True',
            reason: 'Programmed',
            message: 'Instance has been programmed',
            observedGeneration: generation,
          },
        ],
        (status) => {
          status.networkInterfaces = decision.assignments.map((assignments) => ({
            assignments: { ...assignments },
          }))
          if (hash !== undefined) status.controller = { observedTemplateHash: hash }
        },
      )
      if (updated) {
        const message = `Runs with ${decision.assignments.map(formatAssignment).join(', ')}`
        events.record({ kind: Instance, object: updated }, 'Normal', 'Programmed', message)
      }
    } catch (error) {
      addresses.revoke(plane, key, instance)
      throw error
    }
    return undefined
  }

  /**
   * An instance that runs keeps its addresses, unless a user has changed them into what it may not have, or has moved
   * the subnet in which they are.
   */
  async function keepAddresses(
    instance: InstanceObject,
    key: ObjectKey,
    context: ReconcileContext,
  ): Promise<Result> {
    const { plane, events } = context
    const decision = addresses.assign(plane, key, instance)
    if (!('assignments' in decision)) return undefined
    const shown = instance.status?.networkInterfaces ?? []
    const same =
      shown.length === decision.assignments.length &&
      decision.assignments.every(
        ({ networkIP, externalIP }, index) =>
          shown[index]?.assignments?.networkIP === networkIP &&
          shown[index]?.assignments?.externalIP === externalIP,
      )
    if (same) return undefined
    const moved = showsWhatWasAssigned(instance)
    const updated = await setConditions(key, context, [], (status) => {
      status.networkInterfaces = decision.assignments.map((assignments) => ({
        assignments: { ...assignments },
      }))
    })
    if (updated) {
      const now = decision.assignments.map(formatAssignment).join(', ')
      const [reason, message] = moved
        ? ['AddressesChanged', `The addresses are ${now} now, as the subnet has moved`]
        : ['AddressesRestored', `Restored the addresses ${now}`]
      events.record({ kind: Instance, object: updated }, 'Warning', reason, message)
    }
    return undefined
  }

  /** Shows what hinders the provider. What runs already is left running. */
  async function report(
    instance: InstanceObject,
    key: ObjectKey,
    fault: Fault,
    context: ReconcileContext,
  ): Promise<void> {
    const observedGeneration = instance.metadata.generation
    const findings: Finding[] = [{ type: 'Programmed', status: 'False', ...fault, observedGeneration }]
    if (!isTrue(instance.status?.conditions, 'Running')) {
      findings.push({
        type: 'Running',
        status: 'False',
        reason: 'Starting',
        message: fault.message,
        observedGeneration,
      })
    }
    const before = findCondition(instance.status?.conditions, 'Programmed')
    const updated = await setConditions(key, context, findings)
    if (updated && (before?.reason !== fault.reason || before.message !== fault.message)) {
      context.events.record({ kind: Instance, object: updated }, 'Warning', fault.reason, fault.message)
    }
  }

  /** Ends an instance that is to go: first it stops, then the provider lets go of it. */
  async function stop(instance: InstanceObject, key: ObjectKey, context: ReconcileContext): Promise<Result> {
    if (!instance.metadata.finalizers?.includes(providerFinalizer)) return undefined
    if (findCondition(instance.status?.conditions, 'Running')?.reason !== 'Stopping') {
      const finding: Finding = {
        type: 'Running',
        status: 'False',
        reason: 'Stopping',
        message: 'Instance is stopping',
        observedGeneration: instance.metadata.generation,
      }
      await setConditions(key, context, [finding])
    }
    const stopping = pace.wait('instance-stopped', key, context)
    if (stopping) return stopping.result
    context.events.record({ kind: Instance, object: instance }, 'Normal', 'Stopped', 'Instance has stopped')
    await removeFinalizer(context.client, Instance, key, providerFinalizer)
    return undefined
  }
}

const reconcilerName = 'provider-instance'

/** True when the books say that the addresses are as they were assigned, and nobody else has written them. */
function showsWhatWasAssigned(instance: InstanceObject): boolean {
  const path = ['status', 'networkInterfaces']
  return hasWritten(instance, reconcilerName, path) && !isWrittenByOthers(instance, reconcilerName, path)
}

type Status = NonNullable<InstanceObject['status']>

function setConditions(
  key: ObjectKey,
  { client, clock }: ReconcileContext,
  findings: readonly Finding[],
  edit?: (status: Status) => void,
): Promise<InstanceObject | undefined> {
  return client.changeStatus(Instance, key, (draft) => {
    const status: Status = { ...draft.status }
    for (const finding of findings) status.conditions = setCondition(status.conditions, finding, clock.now())
    edit?.(status)
    draft.status = status
  })
}

function formatAssignment({ networkIP, externalIP }: Assignment): string {
  return `${networkIP} (${externalIP})`
}
