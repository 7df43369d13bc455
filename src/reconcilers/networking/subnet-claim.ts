import { findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import { controllerOf, ownerReference } from '../../controller-runtime/owner-references.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { SubnetClaim, type SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import { sameLocation } from './names.ts'

type ClaimSpec = NonNullable<SubnetClaimObject['spec']>

/** Makes one Subnet for each claim, of the same name, and shows on the claim how it is doing. */
export function createSubnetClaimReconciler(): Reconciler<SubnetClaimObject> {
  const byContext = createReferenceIndex(SubnetClaim, ({ metadata, spec }) =>
    spec ? [`${metadata.namespace}/${spec.networkContext.name}`] : [],
  )
  return {
    name: 'subnet-claim',
    planes: ['project'],
    for: SubnetClaim,
    observes: [
      byContext.observed,
      // The Subnet has its context for an owner, not the claim; the name tells.
      { kind: Subnet, observe: ({ key }) => [key] },
    ],
    watches: [
      {
        kind: NetworkContext,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          byContext.find(plane, `${namespace}/${name}`),
      },
    ],
    forgetPlane: (plane) => byContext.forgetPlane(plane),

    async reconcile(key, { client, clock, events }) {
      const claim = await client.get(SubnetClaim, key)
      if (!claim?.spec || claim.metadata.deletionTimestamp !== undefined) return undefined
      const { namespace } = key
      const networkContext = await client.get(NetworkContext, {
        namespace,
        name: claim.spec.networkContext.name,
      })
      if (networkContext && !ownedBy(claim, networkContext)) {
        // Claims are found by their context's uid; one that a user has made is told to whom it belongs.
        await client.change(SubnetClaim, key, ({ metadata }) => {
          metadata.ownerReferences = [
            ...(metadata.ownerReferences ?? []),
            ownerReference(NetworkContext, networkContext, 'owner'),
          ]
        })
      }
      let subnet = await client.get(Subnet, key)
      if (!subnet && networkContext && networkContext.metadata.deletionTimestamp === undefined) {
        subnet = await client.create(Subnet, subnetOf(claim, claim.spec, networkContext))
        events.record(
          { kind: SubnetClaim, object: claim },
          'Normal',
          'SubnetCreated',
          `Created subnet ${key.name}`,
        )
      }
      const { spec } = claim
      const before = findCondition(claim.status?.conditions, 'Ready')
      const updated = await client.changeStatus(SubnetClaim, key, (draft) => {
        draft.status = { ...draft.status, ...statusOf(draft, spec, subnet, clock.now()) }
      })
      const after = findCondition(updated?.status?.conditions, 'Ready')
      if (updated && after && before?.reason !== after.reason && after.reason !== 'SubnetNotReady') {
        const type = after.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: SubnetClaim, object: updated }, type, after.reason, after.message)
      }
      return undefined
    },
  }
}

function ownedBy({ metadata }: SubnetClaimObject, owner: NetworkContextObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false
}

function subnetOf(
  claim: SubnetClaimObject,
  spec: ClaimSpec,
  networkContext: NetworkContextObject,
): SubnetObject {
  const { namespace = '', name } = claim.metadata
  const { subnetClass, ipFamily, networkContext: contextReference, location } = spec
  return {
    metadata: { namespace, name, ownerReferences: [ownerReference(NetworkContext, networkContext)] },
    spec: {
      subnetClass,
      ipFamily,
      networkContext: { ...contextReference },
      location: { ...location },
      startAddress: spec.startAddress ?? '',
      prefixLength: spec.prefixLength ?? 0,
    },
  }
}

function statusOf(
  claim: SubnetClaimObject,
  spec: ClaimSpec,
  subnet: SubnetObject | undefined,
  now: number,
): NonNullable<SubnetClaimObject['status']> {
  const old = claim.status?.conditions
  const notReady = (reason: string, message: string) => ({
    conditions: setCondition(old, { type: 'Ready', status: 'False', reason, message }, now),
  })
  if (!subnet)
    return notReady('NetworkContextNotFound', `Network context ${spec.networkContext.name} does not exist`)
  if (!fulfils(subnet, spec)) {
    return notReady('SubnetNameConflict', `Subnet ${subnet.metadata.name} exists and is not what is claimed`)
  }
  let conditions = old
  for (const type of ['Allocated', 'Programmed']) {
    const shown = findCondition(subnet.status?.conditions, type)
    if (shown && shown.status !== 'Unknown') conditions = setCondition(conditions, asFinding(shown), now)
  }
  const ready = isTrue(subnet.status?.conditions, 'Ready')
  const { startAddress, prefixLength } = subnet.status ?? {}
  return {
    conditions: setCondition(
      conditions,
      ready
        ? { type: 'Ready', status: 'True', reason: 'SubnetReady', message: 'Subnet is ready' }
        : { type: 'Ready', status: 'False', reason: 'SubnetNotReady', message: 'Subnet is not ready' },
      now,
    ),
    ...(ready ? { subnetRef: { name: subnet.metadata.name } } : {}),
    ...(startAddress === undefined ? {} : { startAddress }),
    ...(prefixLength === undefined ? {} : { prefixLength }),
  }
}

function asFinding({
  type,
  status,
  reason,
  message,
}: {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
}) {
  return { type, status, reason, message }
}

/** A Subnet that was there before, made by a user, will do if it is what the claim asks for. */
function fulfils(subnet: SubnetObject, spec: ClaimSpec): boolean {
  return (
    subnet.spec !== undefined &&
    subnet.spec.subnetClass === spec.subnetClass &&
    subnet.spec.ipFamily === spec.ipFamily &&
    subnet.spec.networkContext.name === spec.networkContext.name &&
    (!spec.startAddress || spec.startAddress === subnet.spec.startAddress) &&
    (!spec.prefixLength || spec.prefixLength === subnet.spec.prefixLength) &&
    sameLocation(subnet.spec.location, spec.location) &&
    (controllerOf(subnet) === undefined || controllerOf(subnet)?.kind === NetworkContext.names.kind)
  )
}
