/** The API group in which organizations, memberships and projects are stored: the present-day spelling. */
export const resourceManagerGroup = 'resourcemanager.miloapis.com'

/** The spelling of the public document, under which the same objects are served. */
export const documentedResourceManagerGroup = 'resourcemanager.datumapis.com'

/** The alias that each kind of the group has. */
export const documentedAlias = {
  group: documentedResourceManagerGroup,
  version: 'v1alpha',
  of: 'v1alpha1',
} as const

/** On a Project: the organization that it belongs to. Organization planes select by it. */
export const organizationNameLabel = 'resourcemanager.miloapis.com/organization-name'

/** On any object: the name that people see. */
export const displayNameAnnotation = 'kubernetes.io/display-name'

/** Where the memberships of an organization are kept, and whatever else is its own. */
export function organizationNamespace(organization: string): string {
  return `organization-${organization}`
}
