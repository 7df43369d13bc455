import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, dateTime, int64, keyedList, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { documentedAlias, resourceManagerGroup } from './group.ts'
import { organizationMembershipAdmission } from './organization-membership-admission.ts'

function spec() {
  return object('Who belongs to which organization, and as what.', {
    organizationRef: object('The organization.', { name: text('The name of the Organization.') }),
    userRef: object('The user who belongs to it.', { name: text('The name of the User.') }),
    roles: optional(
      keyedList(
        'The roles that the user has in the organization.',
        ['name'],
        object('One role.', {
          name: text('The name of the role.'),
          namespace: optional(text('The namespace of the role; left out, the namespace of the membership.')),
        }),
      ),
    ),
  })
}

function appliedRole() {
  return object('What became of one role.', {
    name: text('The name of the role.'),
    namespace: optional(text('The namespace of the role.')),
    status: choice('Whether the user has the role now.', ['Applied', 'Pending', 'Failed']),
    message: optional(text('Why not, where the user does not have it.')),
    appliedAt: optional(dateTime('Since when the user has it.')),
    policyBindingRef: optional(
      object('The binding by which the user has it.', {
        name: text('The name of the PolicyBinding.'),
        namespace: optional(text('The namespace of the PolicyBinding.')),
      }),
    ),
  })
}

function status() {
  return object('What was observed of the membership.', {
    conditions: optional(
      conditionsWithDefault(
        'Whether the membership is in force (`Ready`) and its roles are (`RolesApplied`).',
        unreconciledConditions('Ready'),
      ),
    ),
    observedGeneration: optional(int64('The `metadata.generation` that the status was made from.')),
    organization: optional(
      object('What the organization is, copied here to be shown.', {
        type: optional(text('The type of the organization.')),
        displayName: optional(text('The name of the organization that people see.')),
      }),
    ),
    user: optional(
      object('Who the user is, copied here to be shown.', {
        email: optional(text('The email address of the user.')),
        givenName: optional(text('The given name of the user.')),
        familyName: optional(text('The family name of the user.')),
        avatarUrl: optional(text('Where there is a picture of the user.')),
      }),
    ),
    appliedRoles: optional(keyedList('What became of each role.', ['name'], appliedRole())),
  })
}

export interface OrganizationMembershipObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const OrganizationMembership: Kind<OrganizationMembershipObject> = {
  group: resourceManagerGroup,
  names: {
    kind: 'OrganizationMembership',
    listKind: 'OrganizationMembershipList',
    plural: 'organizationmemberships',
    singular: 'organizationmembership',
  },
  scope: 'Namespaced',
  planes: ['root'],
  origin: 'custom',
  admission: organizationMembershipAdmission,
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('Makes a user a member of an organization, in the namespace of the organization.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        textColumn('Organization', '.spec.organizationRef.name'),
        textColumn('Organization Type', '.status.organization.type'),
        textColumn('Organization Display Name', '.status.organization.displayName'),
        textColumn('User', '.spec.userRef.name'),
        textColumn('User Email', '.status.user.email', 1),
        textColumn('User Given Name', '.status.user.givenName', 1),
        textColumn('User Family Name', '.status.user.familyName', 1),
        conditionColumn('Ready', 'Ready', 'status'),
        ageColumn,
      ],
      selectableFields: ['spec.userRef.name', 'spec.organizationRef.name'],
      subresources: { status: true },
    },
  ],
  aliases: [documentedAlias],
}
