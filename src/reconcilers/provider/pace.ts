import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import type { ReconcileContext, Result } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'

/** `instant`: at once; `realistic`: after seconds, as a provider needs them; `manual`: when told to. */
export type PaceName = 'instant' | 'realistic' | 'manual'

/** What the provider is about to have finished. */
export type Stage =
  | 'network-context'
  | 'subnet'
  | 'instance-running'
  | 'instance-programmed'
  | 'instance-stopped'

/** Says when the provider is done with a stage of its work on an object. */
export interface Pace {
  /**
   * Undefined when the stage is done; otherwise what the pass returns, to be asked again later. A stage begins when it
   * is first asked about.
   */
  wait(stage: Stage, key: ObjectKey, context: ReconcileContext): { readonly result: Result } | undefined
  /** The object is gone, or begins anew. */
  forget(plane: Plane, stage: Stage, key: ObjectKey): void
  /** Ends every stage that has begun, under the pace `manual`. Returns how many these were. */
  advance(): number
}

/** How long a stage takes under the pace `realistic`: from, to (milliseconds). */
const durations: Record<Stage, readonly [number, number]> = {
  'network-context': [1_000, 3_000],
  subnet: [800, 2_000],
  'instance-running': [2_000, 6_000],
  'instance-programmed': [500, 1_500],
  'instance-stopped': [1_000, 3_000],
}

export function createPace(name: PaceName): Pace {
  if (name === 'instant') return { wait: () => undefined, forget: () => {}, advance: () => 0 }
  return name === 'realistic' ? createRealisticPace() : createManualPace()
}

function slot(plane: Plane, stage: Stage, key: ObjectKey): string {
  return `${plane}|${stage}|${formatObjectKey(key)}`
}

function createRealisticPace(): Pace {
  /** When the stages that have begun are done. */
  const due = new Map<string, number>()
  return {
    wait(stage, key, { plane, clock, ids }) {
      const name = slot(plane, stage, key)
      let done = due.get(name)
      if (done === undefined) {
        const [shortest, longest] = durations[stage]
        done = clock.now() + shortest + Math.round(ids.random() * (longest - shortest))
        due.set(name, done)
      }
      const remaining = done - clock.now()
      if (remaining > 0) return { result: { requeueAfter: remaining } }
      due.delete(name)
      return undefined
    },
    forget: (plane, stage, key) => due.delete(slot(plane, stage, key)),
    advance: () => 0,
  }
}

function createManualPace(): Pace {
  /** Stages that have begun, with what asks for another pass. */
  const held = new Map<string, () => void>()
  const released = new Set<string>()
  return {
    wait(stage, key, { plane, enqueue }) {
      const name = slot(plane, stage, key)
      if (released.delete(name)) return undefined
      held.set(name, () => enqueue(key))
      return { result: undefined }
    },
    forget(plane, stage, key) {
      held.delete(slot(plane, stage, key))
      released.delete(slot(plane, stage, key))
    },
    advance() {
      const now = [...held]
      held.clear()
      for (const [name, ask] of now) {
        released.add(name)
        ask()
      }
      return now.length
    },
  }
}
