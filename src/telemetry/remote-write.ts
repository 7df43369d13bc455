import protobuf from 'protobufjs/minimal.js'
import { compress } from 'snappyjs'
import type { Sample } from './series.ts'

/**
 * Prometheus remote write 1.0: a `prometheus.WriteRequest` in protobuf, compressed with Snappy's block format. This
 * file is loaded with the first batch that is sent.
 */
export const remoteWriteHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
}

/** The numbers of the fields, and how protobuf writes each: 1 stands for a double, 2 for what has a length. */
const timeSeriesField = (1 << 3) | 2
const labelField = (1 << 3) | 2
const sampleField = (2 << 3) | 2
const labelNameField = (1 << 3) | 2
const labelValueField = (2 << 3) | 2
const sampleValueField = (1 << 3) | 1
const sampleTimestampField = 2 << 3

/** The body of a request that tells of these samples, in their order. */
export function encodeWriteRequest(samples: readonly Sample[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const sample of samples) {
    writer.uint32(timeSeriesField).fork()
    writeLabels(writer, sample)
    writer.uint32(sampleField).fork()
    writer.uint32(sampleValueField).double(sample.value)
    writer.uint32(sampleTimestampField).int64(sample.time)
    writer.ldelim().ldelim()
  }
  return compress(writer.finish())
}

/** Receivers rely on labels in the order of their names, and take an empty one for an error. */
function writeLabels(writer: protobuf.Writer, { labels }: Sample): void {
  const names = Object.keys(labels).sort((left, right) => (left < right ? -1 : 1))
  for (const name of names) {
    const value = labels[name] as string
    if (value === '') continue
    writer.uint32(labelField).fork()
    writer.uint32(labelNameField).string(name).uint32(labelValueField).string(value)
    writer.ldelim()
  }
}
