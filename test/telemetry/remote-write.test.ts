import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeWriteRequest } from '../../src/telemetry/remote-write.ts'
import { decodeWrite } from './support/remote-write-server.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const labels = fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), text, { noNullPrototype: true })
const sample = fc.record({
  labels,
  value: fc.double(),
  time: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
})

test('what is written can be read by whoever knows the specification', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 60 }), (samples) => {
      const expected = samples.map((each) => ({
        labels: Object.fromEntries(Object.entries(each.labels).filter(([, value]) => value !== '')),
        samples: [{ value: each.value, timestamp: each.time }],
      }))
      const decoded = decodeWrite(encodeWriteRequest(samples))
      expect(decoded.map(({ labels, samples }) => ({ labels, samples }))).toEqual(expected)
      for (const { labelNames } of decoded) expect(labelNames).toEqual([...labelNames].sort())
    }),
  )
})

test('large batches are compressed and come through', () => {
  const samples = Array.from({ length: 5000 }, (_, index) => ({
    labels: { __name__: 'datum_compute_instance_ready', resource_name: `web-p1-dfw-${index}` },
    value: index,
    time: 1_767_225_600_000,
  }))
  const body = encodeWriteRequest(samples)
  expect(body.byteLength).toBeLessThan(200_000)
  expect(decodeWrite(body)).toHaveLength(5000)
  expect(decodeWrite(body)[4999]).toMatchObject({ labels: samples[4999]?.labels, samples: [{ value: 4999 }] })
})
