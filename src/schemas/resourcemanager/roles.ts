import type { OrganizationMembershipObject } from './organization-membership.ts'

/** The role of those to whom an organization belongs. */
export const ownerRole = { name: 'owner', namespace: 'datum-cloud' } as const

/** The role of whoever makes a project. */
export const projectOwnerRole = {
  name: 'resourcemanager.miloapis.com-projectowner',
  namespace: 'milo-system',
} as const

/** The role that lets a member leave. What it is called on Datum Cloud cannot be seen from outside. */
export const selfDeleteRole = {
  name: 'organizationmembership-self-delete',
  namespace: 'milo-system',
} as const

/** Whether a membership makes its user an owner. A role without a namespace is one of the membership's own. */
export function isOwner({ metadata, spec }: OrganizationMembershipObject): boolean {
  return (spec?.roles ?? []).some(
    ({ name, namespace = metadata.namespace }) =>
      name === ownerRole.name && namespace === ownerRole.namespace,
  )
}
