import { isReason } from '../../apimachinery/errors.ts'
import { findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { isControlledBy, ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { Namespace } from '../../schemas/core/namespace.ts'
import { organizationNamespace } from '../../schemas/resourcemanager/group.ts'
import { Organization, type OrganizationObject } from '../../schemas/resourcemanager/organization.ts'

/** Sees that an organization has its namespace, and says that it can be used. */
export function createOrganizationReconciler(): Reconciler<OrganizationObject> {
  return {
    name: 'organization',
    planes: ['root'],
    for: Organization,
    observes: [
      {
        // By its name: a namespace that somebody has torn loose is still the organization's.
        kind: Namespace,
        observe({ key: { name } }) {
          return name.startsWith(organizationNamespace(''))
            ? [{ name: name.slice(organizationNamespace('').length) }]
            : []
        },
      },
    ],
    async reconcile(key, context) {
      const { client, clock, events } = context
      const organization = await client.get(Organization, key)
      if (!organization || organization.metadata.deletionTimestamp !== undefined) return undefined
      await ensureNamespace(organization, context)
      const before = findCondition(organization.status?.conditions, 'Ready')
      const observedGeneration = organization.metadata.generation
      const updated = await client.changeStatus(Organization, key, (draft) => {
        const ready = setCondition(
          draft.status?.conditions,
          {
            type: 'Ready',
            status: 'True',
            reason: 'Ready',
            message: 'Organization is ready',
            observedGeneration,
          },
          clock.now(),
        )
        draft.status = {
          ...draft.status,
          conditions: setCondition(
            ready,
            {
              type: 'OnboardingComplete',
              status: 'True',
              reason: 'Ready',
              message: 'Organization is set up completely',
              observedGeneration,
            },
            clock.now(),
          ),
          ...(observedGeneration === undefined ? {} : { observedGeneration }),
        }
      })
      if (updated && before?.status !== 'True') {
        events.record({ kind: Organization, object: updated }, 'Normal', 'Ready', 'Organization is ready')
      }
      return undefined
    },
  }
}

/** The creation of an organization makes its namespace; this repairs what a crash or a user has left out. */
async function ensureNamespace(
  organization: OrganizationObject,
  { client, events }: ReconcileContext,
): Promise<void> {
  const name = organizationNamespace(organization.metadata.name)
  const labels = {
    'resourcemanager.miloapis.com/organization': organization.metadata.name,
    'resourcemanager.miloapis.com/type': 'organization',
  }
  const ownerReferences = [ownerReference(Organization, organization)]
  const namespace = await client.get(Namespace, { name })
  if (!namespace) {
    try {
      await client.create(Namespace, { metadata: { name, labels, ownerReferences } })
      const about = { kind: Organization, object: organization }
      events.record(about, 'Normal', 'NamespaceCreated', `Created namespace ${name}`)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
    return
  }
  if (namespace.metadata.deletionTimestamp !== undefined) return
  await client.change(Namespace, { name }, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, ...labels }
    if (!isControlledBy(namespace, organization)) metadata.ownerReferences = ownerReferences
  })
}
