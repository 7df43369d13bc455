import { type FieldError, forbiddenField, keyPath } from '../../apimachinery/field-error.ts'
import type { Admission } from '../../registry/admission.ts'
import { createCompanion } from '../create-companion.ts'
import { denied } from '../denial.ts'
import type { PolicyBindingObject } from '../iam/policy-binding.ts'
import { PolicyBinding } from '../iam/policy-binding.ts'
import type { UserObject } from '../iam/user.ts'
import { isRecord } from '../record.ts'
import { findCaller } from './caller.ts'
import { organizationNameLabel, organizationNamespace, resourceManagerGroup } from './group.ts'
import { Organization, type OrganizationObject } from './organization.ts'
import type { ProjectObject } from './project.ts'
import { checkProjectName } from './project-name-policy.ts'
import { projectOwnerRole } from './roles.ts'

/** A project belongs to the organization in whose control plane it is created, whatever its manifest says. */
export const projectAdmission: Admission<ProjectObject> = {
  webhookName: 'vproject.datum.net',

  async gather({ operation, context, client }): Promise<OrganizationObject | undefined> {
    if (operation !== 'create' || context.parent?.sort !== 'Organization') return undefined
    return client.get(Organization, { name: context.parent.name })
  },

  async afterCreate(project, request) {
    const { context, client } = request
    if (context.parent?.sort !== 'Organization') return
    const owner = await findCaller(request)
    if (owner) await createCompanion(client, PolicyBinding, ownership(project, owner, context.parent.name))
  },

  mutate(project, old, { context }, facts) {
    if (old !== undefined) return
    if (context.parent?.sort !== 'Organization') {
      throw denied(
        'a project can only be created in the control plane of an organization: ' +
          '/apis/resourcemanager.datumapis.com/v1alpha/organizations/{organization}/control-plane',
      )
    }
    const organization = facts as OrganizationObject | undefined
    if (organization === undefined) throw denied(`organization "${context.parent.name}" was not found`)
    const { name, uid = '' } = organization.metadata
    project.metadata.labels = { ...project.metadata.labels, [organizationNameLabel]: name }
    project.metadata.ownerReferences = [
      { apiVersion: `${resourceManagerGroup}/v1alpha1`, kind: 'Organization', name, uid },
    ]
    const sent: unknown = project.spec ?? {}
    // What is no object is left for the schema to refuse.
    if (isRecord(sent)) project.spec = { ...sent, ownerRef: { kind: 'Organization', name } }
  },

  validate(project, old) {
    if (old !== undefined) return checkOrganizationLabel(project, old)
    const refusal = checkProjectName(project.metadata.name)
    if (refusal) throw refusal
    return []
  },
}

/** Whoever makes a project is its owner; the binding has a name of its own, which nobody can have taken. */
function ownership(
  { metadata: { name, uid = '' } }: ProjectObject,
  owner: UserObject,
  organization: string,
): PolicyBindingObject {
  return {
    metadata: {
      name: '',
      generateName: `project-${name}-owner-`,
      namespace: organizationNamespace(organization),
      ownerReferences: [{ apiVersion: `${resourceManagerGroup}/v1alpha1`, kind: 'Project', name, uid }],
    },
    spec: {
      roleRef: { ...projectOwnerRole },
      subjects: [{ kind: 'User', name: owner.metadata.name, uid: owner.metadata.uid ?? '' }],
      resourceSelector: { resourceRef: { apiGroup: resourceManagerGroup, kind: 'Project', name, uid } },
    },
  }
}

function checkOrganizationLabel(project: ProjectObject, old: ProjectObject): FieldError[] {
  const path = keyPath('metadata.labels', organizationNameLabel)
  const label = project.metadata.labels?.[organizationNameLabel]
  if (label === undefined) return [forbiddenField(path, 'organization label cannot be removed')]
  if (label !== old.metadata.labels?.[organizationNameLabel]) {
    return [forbiddenField(path, 'organization label cannot be changed')]
  }
  return []
}
