import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { iamGroup } from './group.ts'

function spec() {
  return object('Whose taste it is, and what it is.', {
    userRef: object('The user.', { name: text('The name of the User.') }),
    theme: optional(choice('The colours of the portal.', ['light', 'dark', 'system'], { default: 'system' })),
  })
}

function status() {
  return object('What was observed of the preferences.', {
    conditions: optional(
      conditionsWithDefault(
        'Whether the preferences are in force (`Ready`).',
        unreconciledConditions('Ready'),
      ),
    ),
  })
}

export interface UserPreferenceObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const UserPreference: Kind<UserPreferenceObject> = {
  group: iamGroup,
  names: {
    kind: 'UserPreference',
    listKind: 'UserPreferenceList',
    plural: 'userpreferences',
    singular: 'userpreference',
  },
  scope: 'Cluster',
  planes: ['root'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('How a user likes the portal to be.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        textColumn('User', '.spec.userRef.name'),
        textColumn('Theme', '.spec.theme'),
        conditionColumn('Ready', 'Ready', 'status'),
        ageColumn,
      ],
      subresources: { status: true },
    },
  ],
}
