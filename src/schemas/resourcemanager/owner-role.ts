import type { OrganizationMembershipObject } from './organization-membership.ts'

/** The role of those to whom an organization belongs. */
export const ownerRole = { name: 'owner', namespace: 'datum-cloud' } as const

/** Whether a membership makes its user an owner. A role without a namespace is one of the membership's own. */
export function isOwner({ metadata, spec }: OrganizationMembershipObject): boolean {
  return (spec?.roles ?? []).some(
    ({ name, namespace = metadata.namespace }) =>
      name === ownerRole.name && namespace === ownerRole.namespace,
  )
}
