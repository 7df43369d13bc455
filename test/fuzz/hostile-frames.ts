import type { Chance } from './chance.ts'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** HTTP/2 that begins as it should and goes on as nobody should. */
export function hostileFrames(chance: Chance): Buffer {
  const begun = [preface, frame(4, 0, 0, Buffer.alloc(0))]
  return chance.pick<() => Buffer>([
    // Any frames at all.
    () => Buffer.concat([...begun, ...many(chance, 20, () => anyFrame(chance))]),
    // Headers without an end, or with one that is not theirs.
    () =>
      Buffer.concat([
        ...begun,
        frame(1, 0, 1, chance.bytes(chance.between(0, 100))),
        ...many(chance, 50, () => frame(9, 0, 1, chance.bytes(chance.between(0, 2000)))),
      ]),
    // Streams that are opened and taken back at once.
    () =>
      Buffer.concat([
        ...begun,
        ...many(chance, 200, (index) =>
          Buffer.concat([
            frame(1, 5, 2 * index + 1, Buffer.from([0x82, 0x84, 0x86])),
            frame(3, 0, 2 * index + 1, Buffer.from([0, 0, 0, 8])),
          ]),
        ),
      ]),
    // Questions that ask for many answers.
    () => Buffer.concat([...begun, ...many(chance, 500, () => frame(6, 0, 0, Buffer.alloc(8)))]),
    () =>
      Buffer.concat([...begun, ...many(chance, 500, () => frame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, 1])))]),
    // A window of nothing, and one beyond all measure.
    () =>
      Buffer.concat([
        ...begun,
        frame(8, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
        frame(8, 0, 0, Buffer.alloc(4)),
      ]),
    // A frame that says it is longer than it is.
    () => Buffer.concat([...begun, Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])]),
    () => preface.subarray(0, chance.between(1, preface.length + 1)),
  ])()
}

function many(chance: Chance, most: number, make: (index: number) => Buffer): Buffer[] {
  return Array.from({ length: chance.between(1, most) }, (_, index) => make(index))
}

function anyFrame(chance: Chance): Buffer {
  return frame(
    chance.between(0, 12),
    chance.between(0, 256),
    chance.pick([0, 1, 2, 3, 0x7fffffff]),
    chance.bytes(chance.between(0, 40)),
  )
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
