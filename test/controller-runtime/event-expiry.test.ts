import { expect, test } from 'vitest'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { projectApi } from '../support/plane-api.ts'

const events = '/api/v1/namespaces/default/events'

function event(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'a' },
    reason: 'Tried',
    message: 'Tried it',
    type: 'Normal',
  }
}

test('Events are gone an hour after they were last written, whoever wrote them', async () => {
  const clock = createManualClock()
  await using datum = await startDatumLocal({ clock })
  const api = projectApi(datum)
  await api.create(events, event('once'))
  await api.create(events, event('again'))
  const names = async () => {
    await datum.settle()
    return (await api.list(events)).items.map(({ metadata }) => metadata.name)
  }
  expect(await names()).toEqual(expect.arrayContaining(['once', 'again']))
  clock.advance(1_800_000)
  await api.patch(`${events}/again`, {
    count: 2,
    lastTimestamp: new Date(clock.now()).toISOString().replace('.000', ''),
  })
  clock.advance(1_800_000)
  expect(await names()).toEqual(['again'])
  clock.advance(1_800_000)
  expect(await names()).toEqual([])
})
