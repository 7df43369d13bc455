import type { OwnerReference } from '../../apimachinery/object.ts'
import type { Admission } from '../../registry/admission.ts'
import { createCompanion } from '../create-companion.ts'
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
    await createCompanion(
      client,
      PolicyBinding,
      selfManagement(user, `user-self-manage-${name}`, 'iam-user-self-manage', ownerReferences, {
        kind: 'User',
        name,
        uid,
      }),
    )
    const preference = `userpreference-${name}`
    const created = await createCompanion(client, UserPreference, {
      metadata: { name: preference, ownerReferences },
      spec: { userRef: { name }, theme: 'system' },
    })
    const preferences = created ?? (await client.get(UserPreference, { name: preference }))
    if (!preferences) return
    await createCompanion(
      client,
      PolicyBinding,
      selfManagement(
        user,
        `userpreference-self-manage-${name}`,
        'iam-user-preferences-manager',
        ownerReferences,
        { kind: 'UserPreference', name: preference, uid: preferences.metadata.uid ?? '' },
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
