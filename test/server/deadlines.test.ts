import { describe, expect, test } from 'vitest'
import { createDeadlines } from '../../src/server/deadlines.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

describe('deadlines', () => {
  test('come in their order, on one timer at a time', () => {
    const clock = createManualClock()
    let timers = 0
    const deadlines = createDeadlines({
      now: clock.now,
      after: (milliseconds, action) => {
        timers++
        const cancel = clock.after(milliseconds, () => {
          timers--
          action()
        })
        return () => {
          timers--
          cancel()
        }
      },
    })
    const heard: number[] = []
    for (const milliseconds of [30, 10, 20]) deadlines.after(milliseconds, () => heard.push(milliseconds))
    expect(timers).toBe(1)
    clock.advance(15)
    expect(heard).toEqual([10])
    clock.advance(15)
    expect(heard).toEqual([10, 20, 30])
  })

  test('that were cancelled do not come, not even by another that comes at the same time', () => {
    const clock = createManualClock()
    const deadlines = createDeadlines(clock)
    const heard: string[] = []
    deadlines.after(10, () => cancelSecond())
    const cancelSecond = deadlines.after(10, () => heard.push('second'))
    const cancelThird = deadlines.after(5, () => heard.push('third'))
    cancelThird()
    clock.advance(100)
    expect(heard).toEqual([])
  })

  test('are forgotten when all is closed', () => {
    const clock = createManualClock()
    const deadlines = createDeadlines(clock)
    let heard = false
    deadlines.after(10, () => {
      heard = true
    })
    deadlines.close()
    clock.advance(100)
    expect(heard).toBe(false)
  })
})
