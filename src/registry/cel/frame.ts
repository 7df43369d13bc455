import type { Meter } from './function.ts'
import type { CelValue } from './values.ts'

/** Thrown when an evaluation has cost more than it may; no operator of the language absorbs it. */
export class CostExceeded extends Error {
  override readonly name = 'CostExceeded'
}

/** One evaluation: the variables by slot, and what it has cost so far. */
export class Frame implements Meter {
  readonly slots: CelValue[]
  cost = 0
  readonly #limit: number

  constructor(slots: CelValue[], limit: number) {
    this.slots = slots
    this.#limit = limit
  }

  charge(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
  }
}
