import type { KubernetesObject, ObjectKey } from '../../apimachinery/object.ts'
import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import type { Kind } from '../../registry/kind.ts'
import { PolicyBinding, type PolicyBindingObject } from '../../schemas/iam/policy-binding.ts'
import { User } from '../../schemas/iam/user.ts'
import { UserPreference } from '../../schemas/iam/user-preference.ts'
import { Organization } from '../../schemas/resourcemanager/organization.ts'
import { OrganizationMembership } from '../../schemas/resourcemanager/organization-membership.ts'
import { Project } from '../../schemas/resourcemanager/project.ts'

type Spec = NonNullable<PolicyBindingObject['spec']>
type Target = NonNullable<Spec['resourceSelector']['resourceRef']>

/** What a role can be given on. */
const targetKinds: readonly Kind[] = [
  Organization,
  OrganizationMembership,
  Project,
  User,
  UserPreference,
] as readonly Kind[] as Kind[]

/**
 * Plays the provider of authorization: says of a binding whether what it names is there. It decides nothing: whoever is
 * authenticated may do everything, and there are no Roles to be looked at.
 */
export function createPolicyBindingReconciler(): Reconciler<PolicyBindingObject> {
  const references = createReferenceIndex(PolicyBinding, ({ spec }) => (spec ? referencesOf(spec) : []))
  return {
    name: 'policy-binding',
    planes: ['root'],
    for: PolicyBinding,
    observes: [references.observed],
    watches: targetKinds.map((kind) => ({
      kind,
      enqueue: ({ metadata: { namespace, name } }, { plane }) =>
        references.find(plane, reference(kind.names.kind, { namespace, name })),
    })),
    forgetPlane: (plane) => references.forgetPlane(plane),

    async reconcile(key, { client, clock, events }) {
      const binding = await client.get(PolicyBinding, key)
      if (!binding?.spec || binding.metadata.deletionTimestamp !== undefined) return undefined
      const { spec } = binding
      const find = (kind: Kind, target: ObjectKey) => client.get(kind, target)
      const target = await judgeTarget(spec, find)
      const subject = await judgeSubjects(spec, find)
      // One that goes with what is missing is none that somebody has to look after.
      const isOwner = ({ uid }: { uid: string }) => uid === target?.missing || uid === subject?.missing
      if (binding.metadata.ownerReferences?.some(isOwner)) return undefined
      const valid = { status: 'True', reason: 'ValidationSuccessful' } as const
      const findings: Finding[] = [
        target
          ? { type: 'TargetValid', status: 'False', reason: target.reason, message: target.message }
          : { type: 'TargetValid', ...valid, message: 'The target is there' },
        subject
          ? { type: 'SubjectValid', status: 'False', reason: subject.reason, message: subject.message }
          : { type: 'SubjectValid', ...valid, message: 'The subjects are there' },
        { type: 'RoleValid', ...valid, message: 'Roles are not looked at' },
        readiness(target, subject),
      ]
      const before = findCondition(binding.status?.conditions, 'Ready')
      const { generation } = binding.metadata
      const updated = await client.changeStatus(PolicyBinding, key, (draft) => {
        let { conditions } = draft.status ?? {}
        for (const finding of findings) {
          conditions = setCondition(conditions, { ...finding, observedGeneration: generation }, clock.now())
        }
        draft.status = {
          ...draft.status,
          ...(conditions ? { conditions } : {}),
          ...(generation === undefined ? {} : { observedGeneration: generation }),
        }
      })
      const after = findCondition(updated?.status?.conditions, 'Ready')
      if (updated && after && before?.reason !== after.reason) {
        const type = after.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: PolicyBinding, object: updated }, type, after.reason, after.message)
      }
      return undefined
    },
  }
}

interface Fault {
  readonly reason: string
  readonly message: string
  /** The uid of what is not there. */
  readonly missing?: string | undefined
}

type Find = (kind: Kind, key: ObjectKey) => Promise<KubernetesObject | undefined>

function readiness(target: Fault | undefined, subject: Fault | undefined): Finding {
  const type = 'Ready'
  if (target)
    return { type, status: 'False', reason: 'ResourceSelectorValidationFailed', message: target.message }
  if (subject) return { type, status: 'False', reason: 'SubjectValidationFailed', message: subject.message }
  return { type, status: 'True', reason: 'ReconciliationSuccessful', message: 'The role is given' }
}

/** What is wrong with what the role is given on; undefined when nothing is. */
async function judgeTarget({ resourceSelector }: Spec, find: Find): Promise<Fault | undefined> {
  const { apiGroup, kind: name } = resourceSelector.resourceRef ??
    resourceSelector.resourceKind ?? { kind: '' }
  const kind = targetKinds.find((each) => each.names.kind === name && each.group === apiGroup)
  if (!kind) {
    const message = `No kind ${name} of the group "${apiGroup ?? ''}" can be a target`
    return { reason: 'TargetKindNotRecognized', message }
  }
  const target = resourceSelector.resourceRef
  if (!target) return undefined
  if (kind.scope === 'Namespaced' && !target.namespace) {
    return { reason: 'TargetNamespaceMissing', message: `A ${name} lies in a namespace, and none is named` }
  }
  const object = await find(kind, keyOf(kind, target))
  const missing = target.uid
  if (!object) return { reason: 'TargetNotFound', message: `${name} ${target.name} does not exist`, missing }
  if (object.metadata.uid === target.uid) return undefined
  const message = `${name} ${target.name} has another uid than ${target.uid}`
  return { reason: 'TargetUIDMismatch', message, missing }
}

/** Users are looked at; there are no Groups and no ServiceAccounts here. */
async function judgeSubjects({ subjects }: Spec, find: Find): Promise<Fault | undefined> {
  for (const { kind, name, uid } of subjects) {
    if (kind !== 'User') continue
    const user = await find(User as Kind, { name })
    if (user?.metadata.uid === uid) continue
    const message = user ? `User ${name} has another uid than ${uid}` : `User ${name} does not exist`
    return { reason: 'ValidationFailed', message, missing: uid }
  }
  return undefined
}

function keyOf(kind: Kind, { namespace, name }: Target): ObjectKey {
  return kind.scope === 'Namespaced' ? { namespace, name } : { name }
}

function reference(kind: string, { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace ?? ''}/${name}`
}

function referencesOf({ resourceSelector: { resourceRef }, subjects }: Spec): string[] {
  const kind = targetKinds.find((each) => each.names.kind === resourceRef?.kind)
  return [
    ...(kind && resourceRef ? [reference(kind.names.kind, keyOf(kind, resourceRef))] : []),
    ...subjects.map((subject) => reference(subject.kind, { name: subject.name })),
  ]
}
