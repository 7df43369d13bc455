import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addedNames } from '../../bench/load/added-names.mjs'

/** An event as it comes over the wire, with names in other places than that of the object. */
function event(type: string, name: string): string {
  const metadata = {
    annotations: { note: '{"name":"a note"}' },
    labels: { 'app.kubernetes.io/name': 'a-label' },
    managedFields: [{ fieldsV1: { 'k:{"name":"web"}': {} } }],
    name,
  }
  const spec = { containers: [{ name: 'web' }] }
  return `${JSON.stringify({ type, object: { kind: 'Workload', metadata, spec } })}\n`
}

test('the names of added objects are found, each once, wherever the wire cuts the stream', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/)
  const type = fc.constantFrom('ADDED', 'ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK')
  fc.assert(
    fc.property(
      fc.array(fc.tuple(type, name), { maxLength: 8 }),
      fc.array(fc.nat({ max: 4000 })),
      (events, cuts) => {
        const wire = Buffer.from(events.map(([type, name]) => event(type, name)).join(''))
        const found: string[] = []
        const feed = addedNames((each) => found.push(each))
        const places = [
          0,
          ...cuts.map((cut) => cut % (wire.length + 1)).sort((one, other) => one - other),
          wire.length,
        ]
        for (let index = 1; index < places.length; index++)
          feed(wire.subarray(places[index - 1], places[index]))
        expect(found).toEqual(events.filter(([type]) => type === 'ADDED').map(([, name]) => name))
      },
    ),
  )
})
