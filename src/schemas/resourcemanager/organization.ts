import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, int64, object, optional, type Static } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { documentedAlias, resourceManagerGroup } from './group.ts'
import { organizationAdmission } from './organization-admission.ts'

function spec() {
  return object('What the organization is.', {
    type: choice(
      '`Personal` for one person, `Standard` for a team. It cannot be changed.',
      ['Personal', 'Standard'],
      {
        'x-kubernetes-validations': [
          {
            message: 'organization type is immutable',
            rule: 'type(oldSelf) == null_type || self == oldSelf',
          },
        ],
      },
    ),
  })
}

function status() {
  return object('What was observed of the organization.', {
    conditions: optional(
      conditionsWithDefault(
        'Whether the organization can be used (`Ready`) and is set up completely (`OnboardingComplete`).',
        unreconciledConditions('Ready'),
      ),
    ),
    observedGeneration: optional(int64('The `metadata.generation` that the status was made from.')),
  })
}

export interface OrganizationObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const Organization: Kind<OrganizationObject> = {
  group: resourceManagerGroup,
  names: {
    kind: 'Organization',
    listKind: 'OrganizationList',
    plural: 'organizations',
    singular: 'organization',
    categories: ['datum'],
  },
  scope: 'Cluster',
  planes: ['root'],
  origin: 'custom',
  admission: organizationAdmission,
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A person or a team that owns projects.', { spec: spec(), status: optional(status()) }),
      ),
      columns: [
        textColumn('Display Name', '.metadata.annotations.kubernetes\\.io\\/display-name'),
        textColumn('Type', '.spec.type'),
        conditionColumn('Ready', 'Ready', 'status'),
        ageColumn,
      ],
      subresources: { status: true },
    },
  ],
  aliases: [documentedAlias],
}
