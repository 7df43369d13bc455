/** As many as the cache of Kubernetes' collector holds. */
const most = 500

/** The uids of the owners that were last seen to be nowhere. */
export interface AbsentOwners {
  has(uid: string): boolean
  add(uid: string): void
}

export function createAbsentOwners(): AbsentOwners {
  const uids = new Set<string>()
  return {
    has: (uid) => uids.has(uid),
    add(uid) {
      uids.add(uid)
      if (uids.size <= most) return
      const [oldest] = uids
      if (oldest !== undefined) uids.delete(oldest)
    },
  }
}
