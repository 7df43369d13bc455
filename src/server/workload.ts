import { StatusError, tooManyRequests } from '../apimachinery/errors.ts'
import type { Deadlines } from './deadlines.ts'
import type { Limits } from './limits.ts'

/**
 * Requests that have arrived whole and whose answer is being looked for. Who sends or reads slowly is not among them,
 * and so cannot keep others out.
 */
export interface Workload {
  /** Runs `work`; rejects with 429 when there is too much already, and with 504 when it takes too long. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createWorkload({ limits, deadlines }: { limits: Limits; deadlines: Deadlines }): Workload {
  let running = 0
  return {
    run(work) {
      if (running >= limits.requestsInFlight) {
        return Promise.reject(tooManyRequests('too many requests, please try again later', 1))
      }
      running++
      return new Promise((resolve, reject) => {
        const cancel = deadlines.after(limits.handlingTimeout, () => reject(tookTooLong()))
        work()
          .then(resolve, reject)
          .finally(() => {
            running--
            cancel()
          })
      })
    },
  }
}

function tookTooLong(): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  })
}
