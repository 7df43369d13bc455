import type { Caller } from '../../../registry/kind.ts'
import { list, map, object, optional, plainText, type Static, text } from '../../field.ts'

export function extra(description: string) {
  return map(description, list('The values.', plainText()))
}

export function userInfo(description: string) {
  return object(description, {
    username: optional(text('The name by which the user is known to the server.')),
    uid: optional(text('The identity of the user, which stays when the name changes.')),
    groups: optional(list('The groups to which the user belongs.', plainText())),
    extra: optional(extra('What else the authenticator knows of the user.')),
  })
}

/** A caller in the words of the API; what is empty is left out. */
export function userInfoOf({ name, uid, groups, extra }: Caller): Static<ReturnType<typeof userInfo>> {
  return {
    username: name,
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups: [...groups] } : {}),
    ...(extra && Object.keys(extra).length > 0
      ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }
      : {}),
  }
}
