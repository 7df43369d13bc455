import { formatTime } from '../apimachinery/clock.ts'

/** An entry of `status.conditions`. Core kinds leave out what they do not know. */
export interface ConditionLike {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string | null
  observedGeneration?: number
}

/** What a controller finds; when it began to be so is kept by `setCondition`. */
export interface Finding {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number | undefined
}

export function findCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type)
}

export function isTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

/**
 * The conditions with `finding` in its place, or at the end when its type is new. `lastTransitionTime` moves only when
 * the status does. The conditions themselves are returned when nothing changes.
 */
export function setCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  finding: Finding,
  now: number,
): (C & { reason: string; message: string; lastTransitionTime: string })[] {
  type Complete = C & { reason: string; message: string; lastTransitionTime: string }
  const list = (conditions ?? []) as readonly Complete[]
  const old = findCondition(list, finding.type)
  const { observedGeneration, ...found } = finding
  const next = {
    ...found,
    lastTransitionTime:
      old && old.status === finding.status && old.lastTransitionTime
        ? old.lastTransitionTime
        : formatTime(now),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  } as unknown as Complete
  return old ? list.map((condition) => (condition === old ? next : condition)) : [...list, next]
}
