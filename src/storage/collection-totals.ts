import { rememberInOrder } from '../apimachinery/remember-in-order.ts'
import type { Change } from './store.ts'

/** How many records there are below a prefix now: counted once, and kept true by what is committed. */
export interface CollectionTotals {
  /** `count` is asked when it is not known. */
  of(prefix: string, count: () => number): number
  /** To be called with every commit. */
  notice(changes: readonly Change[]): void
  /** To be called when records have gone without a change. */
  forget(): void
}

/** So many collections are remembered, as many as are read page by page; the oldest is dropped first. */
const mostTotals = 64

/** Counting walks all keys: without it, the first page of a list costs more the more there is behind it. */
export function createCollectionTotals(): CollectionTotals {
  const totals = new Map<string, number>()
  return {
    of(prefix, count) {
      const known = totals.get(prefix)
      if (known !== undefined) return known
      const total = count()
      rememberInOrder(totals, prefix, total, mostTotals)
      return total
    },
    notice(changes) {
      if (totals.size === 0) return
      for (const { type, key } of changes) {
        if (type === 'updated') continue
        const step = type === 'created' ? 1 : -1
        for (const [prefix, total] of totals) if (key.startsWith(prefix)) totals.set(prefix, total + step)
      }
    },
    forget: () => totals.clear(),
  }
}
