import type { AdmissionRequest } from '../../registry/admission.ts'
import { User, type UserObject } from '../iam/user.ts'

/** The User who makes the request: callers are known by the name of their User object. */
export async function findCaller({ client, user }: AdmissionRequest): Promise<UserObject | undefined> {
  return client.get(User, { name: user.uid ?? user.name })
}
