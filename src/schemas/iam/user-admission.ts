import { isReason } from '../../apimachinery/errors.ts'
import type { KubernetesObject, OwnerReference } from '../../apimachinery/object.ts'
import type { Admission, AdmissionClient } from '../../registry/admission.ts'
import type { Kind } from '../../registry/kind.ts'
import { iamGroup, systemNamespace } from './group.ts'
import { PolicyBinding } from './policy-binding.ts'
import type { UserObject } from './user.ts'
import { UserPreference } from './user-preference.ts'

/** A user comes with preferences, and with the roles to look after them and after themselves. */
export const userAdmission: Admission<UserObject> = {
  webhookName: 'vuser.iam.miloapis.com',

  async afterCreate(user, { client }) {
    const { name, uid = '' } = user.metadata
    const ownerReferences = [{ apiVersion: `${iamGroup}/v1alpha1`, kind: 'User', name, uid }]
    await createOnce(
      client,
      PolicyBinding,
      selfManagement(user, `user-self-manage-${name}`, 'iam-user-self-manage', ownerReferences, {
        kind: 'User',
        name,
        uid,
      }),
    )
    const preference = `userpreference-${name}`
    const created = await createOnce(client, UserPreference, {
      metadata: { name: preference, ownerReferences },
      spec: { userRef: { name }, theme: 'system' },
    })
    const preferences = created ?? (await client.get(UserPreference, { name: preference }))
    await createOnce(
      client,
      PolicyBinding,
      selfManagement(
        user,
        `userpreference-self-manage-${name}`,
        'iam-user-preferences-manager',
        ownerReferences,
        { kind: 'UserPreference', name: preference, uid: preferences?.metadata.uid ?? '' },
      ),
    )
  },
}

function selfManagement(
  { metadata: { name, uid = '' } }: UserObject,
  binding: string,
  role: string,
  ownerReferences: OwnerReference[],
  target: { readonly kind: string; readonly name: string; readonly uid: string },
) {
  return {
    metadata: { name: binding, namespace: systemNamespace, ownerReferences },
    spec: {
      roleRef: { name: role, namespace: systemNamespace },
      subjects: [{ kind: 'User' as const, name, uid }],
      resourceSelector: { resourceRef: { apiGroup: iamGroup, ...target } },
    },
  }
}

async function createOnce<T extends KubernetesObject>(
  client: AdmissionClient,
  kind: Kind<T>,
  object: T,
): Promise<T | undefined> {
  try {
    return await client.create(kind, object)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
    return undefined
  }
}
