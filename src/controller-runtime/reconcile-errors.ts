import type { ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from '../registry/kind.ts'
import type { PassFailure } from './controller.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { ReconcileContext } from './reconciler.ts'

/**
 * Tells users, by an Event about the object, that passes over it fail again and again: nothing else of what they can
 * see says why the object stands still.
 */
export interface ReconcileErrors {
  passed(key: string, failure: PassFailure | undefined): void
}

export interface ReconcileErrorsOptions {
  readonly kind: Kind
  parseKey(key: string): ObjectKey
  readonly context: Pick<ReconcileContext, 'client' | 'clock' | 'events' | 'log'>
  readonly dispatcher: Dispatcher
}

/** Passes that fail in a row before it is told: a conflict, or an object that comes a moment later, mends itself. */
const tolerated = 2
/** The same failure is told no sooner again, so that it leaves the reconciler's other reports their room. */
const silence = 300_000
/** Bytes of the longest message: as many as `events.k8s.io` allows. */
const longestMessage = 1024
/** What users of controllers know this by; the figure of the same thing is `controller_runtime_reconcile_errors_total`. */
const reason = 'ReconcileError'

export function createReconcileErrors(options: ReconcileErrorsOptions): ReconcileErrors {
  const { kind, parseKey, dispatcher } = options
  const { client, clock, events, log } = options.context
  /** What was told last of the keys that fail now. */
  const told = new Map<string, { readonly message: string; readonly at: number }>()

  /** The pass is over: it neither waits for this nor fails with it. */
  async function tell(key: ObjectKey, message: string): Promise<void> {
    try {
      const object = await client.get(kind, key)
      if (object !== undefined) events.record({ kind, object }, 'Warning', reason, message)
    } catch (error) {
      log.debug({ err: error, key }, 'what fails could not be told')
    }
  }

  return {
    passed(key, failure) {
      if (failure === undefined) {
        told.delete(key)
        return
      }
      if (failure.inARow <= tolerated) return
      const message = messageOf(failure.error)
      const last = told.get(key)
      const now = clock.now()
      if (last?.message === message && now - last.at < silence) return
      told.set(key, { message, at: now })
      dispatcher.run(() => tell(parseKey(key), message))
    },
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const bytes = Buffer.from(message)
  if (bytes.length <= longestMessage) return message
  const ellipsis = '…'
  // Of a character that is cut in two the decoder, which waits for more, gives nothing.
  const start = bytes.subarray(0, longestMessage - Buffer.byteLength(ellipsis))
  return new TextDecoder().decode(start, { stream: true }) + ellipsis
}
