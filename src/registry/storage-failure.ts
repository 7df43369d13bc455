import { requestEntityTooLarge, type StatusError, serviceUnavailable } from '../apimachinery/errors.ts'
import { RecordTooLarge } from '../storage/record-too-large.ts'
import { StorageFailed } from '../storage/storage-failed.ts'
import type { Store } from '../storage/store.ts'

/** A real server passes on what etcd says, with code 500; it is the client that asks for too much. */
function tooLarge({ size, limit }: RecordTooLarge): StatusError {
  return requestEntityTooLarge(`the object would be ${size} bytes long, limit is ${limit}`)
}

/**
 * The same store; a record that would be too large is told to callers as 413, and what the disk refuses as 503 with the
 * reason. Nothing of a refused write is stored, so it may be sent again; there is no `Retry-After`, for which clients
 * would wait in silence, since a full disk is seldom emptied by waiting. `onFailure` hears of the first failure of the
 * disk, and again after a write has succeeded.
 */
export function answerFailures(store: Store, onFailure: (error: StorageFailed) => void): Store {
  let failing = false

  async function told<Result>(action: Promise<Result>): Promise<Result> {
    try {
      return await action
    } catch (error) {
      if (error instanceof RecordTooLarge) throw tooLarge(error)
      if (!(error instanceof StorageFailed)) throw error
      if (!failing) onFailure(error)
      failing = true
      throw serviceUnavailable(error.message)
    }
  }

  return {
    read: (key) => told(store.read(key)),
    async write(key, transform) {
      const result = await told(store.write(key, transform))
      failing = false
      return result
    },
    list: (range) => told(store.list(range)),
    listByTerm: (prefix, term) => told(store.listByTerm(prefix, term)),
    watch: (...subscription) => told(store.watch(...subscription)),
    get revision() {
      return store.revision
    },
    get compactedRevision() {
      return store.compactedRevision
    },
    compact: (revision) => told(store.compact(revision)),
    purge: (prefix) => told(store.purge(prefix)),
    close: () => store.close(),
  }
}
