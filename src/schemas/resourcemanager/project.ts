import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn } from '../columns.ts'
import { conditionsWithDefault, unreconciledConditions } from '../conditions.ts'
import { choice, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { documentedAlias, resourceManagerGroup } from './group.ts'
import { projectAdmission } from './project-admission.ts'

function spec() {
  return object('Whose project it is.', {
    ownerRef: object(
      'The organization that owns the project. It is that of the control plane in which the project is made, ' +
        'whatever is written here; leave it out.',
      {
        kind: choice('The kind of the owner.', ['Organization']),
        name: text('The name of the owner.'),
      },
    ),
  })
}

function status() {
  return object('What was observed of the project.', {
    conditions: optional(
      conditionsWithDefault(
        'Whether the control plane of the project can be used (`Ready`), and how far its removal has come ' +
          '(`ResourceCleanup`).',
        unreconciledConditions('Ready'),
      ),
    ),
  })
}

export interface ProjectObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const Project: Kind<ProjectObject> = {
  group: resourceManagerGroup,
  names: { kind: 'Project', listKind: 'ProjectList', plural: 'projects', singular: 'project' },
  scope: 'Cluster',
  planes: ['root'],
  origin: 'custom',
  admission: projectAdmission,
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A control plane of its own, in which an organization keeps what belongs together.', {
          spec: spec(),
          status: optional(status()),
        }),
      ),
      columns: [conditionColumn('Ready', 'Ready', 'status'), ageColumn],
      subresources: { status: true },
    },
  ],
  aliases: [documentedAlias],
}
