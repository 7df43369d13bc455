import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, object, optional, type Static, text, written } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { iamGroup } from './group.ts'
import { userAdmission } from './user-admission.ts'

const loginProviders = ['github', 'google']

function spec() {
  return object('Who the user is.', {
    email: text('The email address of the user.'),
    givenName: optional(text('The given name of the user.')),
    familyName: optional(text('The family name of the user.')),
  })
}

function status() {
  return object('What was observed of the user.', {
    conditions: optional(
      conditionsWithDefault('Whether the user is set up (`Ready`).', unreconciledConditions('Ready')),
    ),
    state: optional(choice('Whether the user may sign in.', ['Active', 'Inactive'], { default: 'Active' })),
    registrationApproval: optional(
      choice('Whether the user has been let onto the platform.', ['Pending', 'Approved', 'Rejected']),
    ),
    avatarUrl: optional(text('Where there is a picture of the user.', { format: 'uri' })),
    lastLoginProvider: optional(
      // The deployed schema says the same twice; a document that one accepts the other must accept.
      written<'github' | 'google'>({
        description: 'Through whom the user last signed in.',
        type: 'string',
        allOf: [{ enum: loginProviders }, { enum: loginProviders }],
      }),
    ),
  })
}

export interface UserObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const User: Kind<UserObject> = {
  group: iamGroup,
  names: { kind: 'User', listKind: 'UserList', plural: 'users', singular: 'user' },
  scope: 'Cluster',
  planes: ['root'],
  origin: 'custom',
  admission: userAdmission,
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A person who can sign in.', { spec: optional(spec()), status: optional(status()) }),
      ),
      columns: [
        textColumn('Email', '.spec.email'),
        textColumn('Given Name', '.spec.givenName'),
        textColumn('Family Name', '.spec.familyName'),
        conditionColumn('Ready', 'Ready', 'status'),
        ageColumn,
        textColumn('State', '.status.state'),
        textColumn('Registration Approval', '.status.registrationApproval'),
      ],
      selectableFields: ['status.registrationApproval', 'spec.email'],
      subresources: { status: true },
    },
  ],
}
