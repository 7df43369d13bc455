import type { Change } from './store.ts'

/** Somebody who hears of changes below a prefix as they are committed. */
export interface Subscriber {
  readonly prefix: string
  /** Called with the changes below the prefix out of one commit, in order. Must not throw. */
  deliver(changes: readonly Change[]): void
}

/**
 * Hands every commit to those whom it concerns. Subscribers are found by the folders of the changed key
 * (`root/`, `root/apps/`, …), so that a change costs as much as its key is deep, and those who do not listen there
 * cost nothing, however many they are.
 */
export interface WatchHub {
  add(subscriber: Subscriber): void
  remove(subscriber: Subscriber): void
  publish(changes: readonly Change[]): void
  /** Everybody here has been told of everything up to this revision. */
  readonly revision: number
}

export function createWatchHub(newest: number): WatchHub {
  const folders = new Map<string, Set<Subscriber>>()
  let revision = newest

  return {
    get revision() {
      return revision
    },

    add(subscriber) {
      const folder = folderOf(subscriber.prefix)
      const there = folders.get(folder)
      if (there) there.add(subscriber)
      else folders.set(folder, new Set([subscriber]))
    },

    remove(subscriber) {
      const folder = folderOf(subscriber.prefix)
      const there = folders.get(folder)
      there?.delete(subscriber)
      if (there?.size === 0) folders.delete(folder)
    },

    publish(changes) {
      // Everybody is found before anybody is told: who joins or leaves meanwhile finds its own way (see follower).
      for (const [folder, below] of sortByFolder(folders, changes)) {
        for (const subscriber of [...(folders.get(folder) ?? [])]) {
          const { prefix } = subscriber
          // Where the prefix goes on behind the last slash, the folder alone does not decide.
          const mine = prefix === folder ? below : below.filter(({ key }) => key.startsWith(prefix))
          if (mine.length > 0) subscriber.deliver(mine)
        }
      }
      revision = changes.at(-1)?.revision ?? revision
    },
  }
}

function sortByFolder(
  folders: ReadonlyMap<string, unknown>,
  changes: readonly Change[],
): Map<string, Change[]> {
  const found = new Map<string, Change[]>()
  for (const change of changes) {
    // From the whole store ('') down to the innermost folder.
    for (let end = 0; ; end++) {
      const folder = change.key.slice(0, end)
      if (folders.has(folder)) {
        const below = found.get(folder)
        if (below) below.push(change)
        else found.set(folder, [change])
      }
      end = change.key.indexOf('/', end)
      if (end === -1) break
    }
  }
  return found
}

function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/') + 1)
}
