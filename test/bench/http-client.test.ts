import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dechunked } from '../../bench/load/http-client.mjs'

test('a chunked body is taken apart, wherever the wire cuts it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 20 })),
      fc.array(fc.nat({ max: 400 })),
      (parts, cuts) => {
        const wire = Buffer.concat(
          parts.map((part) => {
            const bytes = Buffer.from(part)
            return Buffer.concat([
              Buffer.from(`${bytes.length.toString(16)}\r\n`),
              bytes,
              Buffer.from('\r\n'),
            ])
          }),
        )
        const found: Buffer[] = []
        const feed = dechunked((bytes: Buffer) => found.push(Buffer.from(bytes)))
        const places = [
          0,
          ...cuts.map((cut) => cut % (wire.length + 1)).sort((one, other) => one - other),
          wire.length,
        ]
        for (let index = 1; index < places.length; index++)
          feed(wire.subarray(places[index - 1], places[index]))
        expect(Buffer.concat(found).toString()).toBe(parts.join(''))
      },
    ),
  )
})
