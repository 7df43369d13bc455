import { type Finding, findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import { hasWritten, isWrittenByOthers } from '../../controller-runtime/field-owners.ts'
import { controllerOf, ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { SubnetClaim, type SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import {
  automaticClaim,
  claimKeeper,
  isAutomatic,
  isSameRequest,
  parseAutomaticClaimName,
} from './automatic-claim.ts'

type ClaimSpec = NonNullable<SubnetClaimObject['spec']>

/** What of a claim or a subnet says what it is for. */
const requestFields = ['subnetClass', 'networkContext', 'ipFamily', 'location'] as const

/** Makes one Subnet for each claim, of the same name, and shows on the claim how it is doing. */
export function createSubnetClaimReconciler(): Reconciler<SubnetClaimObject> {
  const byContext = createReferenceIndex(SubnetClaim, ({ metadata, spec }) =>
    spec ? [`${metadata.namespace}/${spec.networkContext.name}`] : [],
  )
  return {
    name: claimKeeper,
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

    async reconcile(key, context) {
      const { client, clock, events } = context
      const found = await client.get(SubnetClaim, key)
      if (!found || found.metadata.deletionTimestamp !== undefined) return undefined
      // What one that was made by itself is for can be told by its name, whatever it says by now.
      const made = isAutomatic(found) ? parseAutomaticClaimName(key.name) : undefined
      const networkContext = await client.get(NetworkContext, {
        namespace: key.namespace,
        name: made?.context ?? found.spec?.networkContext.name ?? '',
      })
      const claim = made ? await restoreClaim(found, networkContext, made.family, context) : found
      if (networkContext && !ownedBy(claim, networkContext)) {
        // Claims are found by their context's uid; one that a user has made is told to whom it belongs.
        await client.change(SubnetClaim, key, ({ metadata }) => {
          metadata.ownerReferences = [
            ...(metadata.ownerReferences ?? []),
            ownerReference(NetworkContext, networkContext, 'owner'),
          ]
        })
      }
      const subnet = claim.spec && (await ensureSubnet(claim, claim.spec, networkContext, context))
      const before = findCondition(claim.status?.conditions, 'Ready')
      const updated = await client.changeStatus(SubnetClaim, key, (draft) => {
        draft.status = statusOf(draft, claim.spec, subnet, clock.now())
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

/** Puts back what somebody has changed in a claim that was made by itself. */
async function restoreClaim(
  claim: SubnetClaimObject,
  networkContext: NetworkContextObject | undefined,
  family: IpFamily,
  { client, events }: ReconcileContext,
): Promise<SubnetClaimObject> {
  if (!networkContext?.spec) return claim
  const wanted = automaticClaim({ ...networkContext, spec: networkContext.spec }, family).spec
  if (claim.spec && isSameRequest(claim.spec, wanted)) return claim
  const { namespace, name } = claim.metadata
  const restored = await client.change(SubnetClaim, { namespace, name }, (draft) => {
    draft.spec = { ...draft.spec, ...wanted }
  })
  if (!restored) return claim
  const message = `Restored the spec of subnet claim ${name}`
  events.record({ kind: SubnetClaim, object: restored }, 'Warning', 'Restored', message)
  return restored
}

/** The Subnet of the claim's name, made or put back where that is ours to do. */
async function ensureSubnet(
  claim: SubnetClaimObject,
  spec: ClaimSpec,
  networkContext: NetworkContextObject | undefined,
  { client, events }: ReconcileContext,
): Promise<SubnetObject | undefined> {
  const { namespace, name } = claim.metadata
  const subnet = await client.get(Subnet, { namespace, name })
  if (!networkContext || networkContext.metadata.deletionTimestamp !== undefined) return subnet
  if (!subnet) {
    const created = await client.create(Subnet, subnetOf(claim, spec, networkContext))
    events.record({ kind: SubnetClaim, object: claim }, 'Normal', 'SubnetCreated', `Created subnet ${name}`)
    return created
  }
  if (!isTamperedWith(subnet, claim, spec)) return subnet
  const restored = await client.change(Subnet, { namespace, name }, (draft) => {
    const { startAddress, prefixLength } = draft.spec ?? {}
    draft.spec = {
      ...subnetOf(claim, spec, networkContext).spec,
      ...(startAddress === undefined ? {} : { startAddress }),
      ...(prefixLength === undefined ? {} : { prefixLength }),
    }
  })
  if (restored) {
    const message = `Restored the spec of subnet ${name}`
    events.record({ kind: Subnet, object: restored }, 'Warning', 'Restored', message)
  }
  return restored
}

/**
 * True for a Subnet that was made for the claim and is for something else by now: because somebody has changed it, not
 * because the claim, which somebody has made by hand, asks for something else.
 */
function isTamperedWith(subnet: SubnetObject, claim: SubnetClaimObject, spec: ClaimSpec): boolean {
  if (!subnet.spec) return true
  if (!hasWritten(subnet, claimKeeper)) return false
  if (isSameRequest(subnet.spec, spec)) return false
  return (
    isAutomatic(claim) ||
    requestFields.some((field) => isWrittenByOthers(subnet, claimKeeper, ['spec', field]))
  )
}

function ownedBy({ metadata }: SubnetClaimObject, owner: NetworkContextObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false
}

function subnetOf(
  claim: SubnetClaimObject,
  spec: ClaimSpec,
  networkContext: NetworkContextObject,
): SubnetObject & Required<Pick<SubnetObject, 'spec'>> {
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
  spec: ClaimSpec | undefined,
  subnet: SubnetObject | undefined,
  now: number,
): NonNullable<SubnetClaimObject['status']> {
  const { startAddress: _startAddress, prefixLength: _prefixLength, ...old } = claim.status ?? {}
  const notReady = (reason: string, message: string) => ({
    ...old,
    conditions: setCondition(old.conditions, { type: 'Ready', status: 'False', reason, message }, now),
  })
  if (!spec) return notReady('SpecMissing', 'The claim says nothing of what it is for')
  if (!subnet)
    return notReady('NetworkContextNotFound', `Network context ${spec.networkContext.name} does not exist`)
  if (!fulfils(subnet, spec)) {
    return notReady('SubnetNameConflict', `Subnet ${subnet.metadata.name} exists and is not what is claimed`)
  }
  let { conditions } = old
  for (const type of ['Allocated', 'Programmed']) {
    const shown = findCondition(subnet.status?.conditions, type)
    if (shown && shown.status !== 'Unknown') conditions = setCondition(conditions, asFinding(shown), now)
  }
  const ready = isTrue(subnet.status?.conditions, 'Ready')
  const { startAddress, prefixLength } = subnet.status ?? {}
  return {
    ...old,
    conditions: setCondition(conditions, readinessOf(subnet), now),
    ...(ready ? { subnetRef: { name: subnet.metadata.name } } : {}),
    ...(startAddress === undefined ? {} : { startAddress }),
    ...(prefixLength === undefined ? {} : { prefixLength }),
  }
}

/** `Ready` of the claim, after that of its Subnet; what is wrong with that one is said here too. */
function readinessOf({ status }: SubnetObject): Finding {
  const type = 'Ready'
  const shown = findCondition(status?.conditions, type)
  if (shown?.status === 'True')
    return { type, status: 'True', reason: 'SubnetReady', message: 'Subnet is ready' }
  // That it has not been programmed yet is nothing to worry about.
  const isWrong = shown?.status === 'False' && shown.reason !== 'NotProgrammed'
  const message = isWrong ? `Subnet is not ready: ${shown.message}` : 'Subnet is not ready'
  return { type, status: 'False', reason: 'SubnetNotReady', message }
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
    isSameRequest(subnet.spec, spec) &&
    (!spec.startAddress || spec.startAddress === subnet.spec.startAddress) &&
    (!spec.prefixLength || spec.prefixLength === subnet.spec.prefixLength) &&
    (controllerOf(subnet) === undefined || controllerOf(subnet)?.kind === NetworkContext.names.kind)
  )
}
