import { rememberInOrder } from '../apimachinery/remember-in-order.ts'

/** How many records were counted behind a page, for whoever reads on from there. */
export interface Remainders {
  take(prefix: string, after: string, revision: number): number | undefined
  keep(prefix: string, after: string, revision: number, remaining: number): void
  forget(): void
}

/** So many lists that are being read page by page are remembered; the oldest is dropped first. */
const maximumRemainders = 256

/**
 * With it a list in pages counts once, and the whole stays linear in what it returns. What was true at a revision
 * stays true, except after a purge, which changes the past: then everything is to be forgotten.
 */
export function createRemainders(): Remainders {
  const counts = new Map<string, number>()
  const name = (prefix: string, after: string, revision: number) => `${revision}\0${prefix}\0${after}`
  return {
    take: (prefix, after, revision) => counts.get(name(prefix, after, revision)),
    keep(prefix, after, revision, remaining) {
      rememberInOrder(counts, name(prefix, after, revision), remaining, maximumRemainders)
    },
    forget: () => counts.clear(),
  }
}
