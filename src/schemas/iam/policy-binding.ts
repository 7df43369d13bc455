import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, int64, list, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { iamGroup } from './group.ts'

function roleReference() {
  return object(
    'The role that is given.',
    {
      name: text('The name of the Role.'),
      namespace: optional(text('The namespace of the Role; left out, the namespace of the binding.')),
    },
    {
      'x-kubernetes-validations': [
        {
          message: 'RoleRef is immutable and cannot be changed after creation',
          rule: 'oldSelf == null || self == oldSelf',
        },
      ],
    },
  )
}

function subject() {
  return object(
    'One of those to whom the role is given.',
    {
      kind: choice('What it is.', ['User', 'Group', 'ServiceAccount']),
      name: text('Its name.'),
      namespace: optional(text('Its namespace, where it has one.')),
      uid: optional(text('Its uid: another one of the same name is not meant. System groups have none.')),
    },
    {
      'x-kubernetes-validations': [
        {
          message:
            "UID is required for all subjects except system groups (groups with names starting with 'system:')",
          rule: "(self.kind == 'Group' && has(self.name) && self.name.startsWith('system:')) || (has(self.uid) && size(self.uid) > 0)",
        },
      ],
    },
  )
}

function resourceSelector() {
  return object(
    'What the role is given on: one object, or every object of a kind.',
    {
      resourceRef: optional(
        object('One object.', {
          apiGroup: optional(text('The API group of its kind; empty for the core kinds.')),
          kind: text('Its kind.'),
          name: text('Its name.'),
          namespace: optional(text('Its namespace, where its kind has one.')),
          uid: text('Its uid: another one of the same name is not meant.'),
        }),
      ),
      resourceKind: optional(
        object('Every object of a kind.', {
          apiGroup: optional(text('The API group of the kind; empty for the core kinds.')),
          kind: text('The kind.'),
        }),
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          message: 'ResourceSelector is immutable and cannot be changed after creation',
          rule: 'oldSelf == null || self == oldSelf',
        },
        {
          message: 'exactly one of resourceRef or resourceKind must be specified, but not both',
          rule: 'has(self.resourceRef) != has(self.resourceKind)',
        },
      ],
    },
  )
}

function spec() {
  return object('Who gets which role on what.', {
    roleRef: roleReference(),
    subjects: list('To whom the role is given.', subject(), { minItems: 1 }),
    resourceSelector: resourceSelector(),
  })
}

function status() {
  return object('What was observed of the binding.', {
    conditions: optional(
      conditionsWithDefault('Whether the role is given (`Ready`).', unreconciledConditions('Ready')),
    ),
    observedGeneration: optional(int64('The `metadata.generation` that the status was made from.')),
  })
}

export interface PolicyBindingObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const PolicyBinding: Kind<PolicyBindingObject> = {
  group: iamGroup,
  names: {
    kind: 'PolicyBinding',
    listKind: 'PolicyBindingList',
    plural: 'policybindings',
    singular: 'policybinding',
  },
  scope: 'Namespaced',
  planes: ['root'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('Gives a role on an object, or on every object of a kind, to users.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        textColumn('Role', '.spec.roleRef.name'),
        textColumn('Resource Kind', '.spec.resourceSelector.resourceRef.kind'),
        textColumn('Resource Name', '.spec.resourceSelector.resourceRef.name'),
        conditionColumn('Ready', 'Ready', 'status'),
        ageColumn,
      ],
      subresources: { status: true },
    },
  ],
}
