import { apply, json, merge, post, put, strategic } from '../requests.ts'
import type { Step, Story } from '../step.ts'

/** ConfigMaps and Secrets that may not change, and maps that are not there, are null, or have nothing in them. */

interface Sort {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly maps: readonly [string, string]
  /** What a map holds in which something is. */
  readonly values: Readonly<Record<string, string>>
}

const sorts: readonly Sort[] = [
  { kind: 'ConfigMap', maps: ['data', 'binaryData'], values: { a: 'Yg==' } },
  { kind: 'Secret', maps: ['data', 'stringData'], values: { a: 'Yg==' } },
]

function stepsOf({ kind, maps, values }: Sort): Step[] {
  const collection = `/api/v1/namespaces/default/${kind.toLowerCase()}s`
  const object = (name: string, fields: object) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name },
    immutable: true,
    ...fields,
  })
  const bare = `bare-${kind.toLowerCase()}`
  const steps: Step[] = [post(`an immutable ${kind} without maps`, collection, object(bare, {}))]
  const at = `${collection}/${bare}`
  for (const map of maps) {
    const filled = `filled-${kind.toLowerCase()}-${map.toLowerCase()}`
    const there = `${collection}/${filled}`
    const empty = `empty-${kind.toLowerCase()}-${map.toLowerCase()}`
    const of = `${map} of a ${kind}`
    steps.push(
      put(`the ${of}, absent, to nothing`, at, object(bare, { [map]: {} })),
      put(`the ${of}, absent, to null`, at, object(bare, { [map]: null })),
      put(`the ${of}, absent, to a value that is null`, at, object(bare, { [map]: { a: null } })),
      put(`the ${of}, absent, to a value`, at, object(bare, { [map]: values })),
      put(`the ${of}, absent, to nothing and changeable`, at, object(bare, { [map]: {}, immutable: false })),
      put(`the ${of}, absent, to nothing, as a dry run`, `${at}?dryRun=All`, object(bare, { [map]: {} })),
      merge(`merge of the ${of}, absent, to nothing`, at, { [map]: {} }),
      merge(`merge of the ${of}, absent, to null`, at, { [map]: null }),
      merge(`merge of the ${of}, absent, to a value that is null`, at, { [map]: { a: null } }),
      strategic(`strategic merge of the ${of}, absent, to nothing`, at, { [map]: {} }),
      strategic(`strategic merge of the ${of}, absent, to null`, at, { [map]: null }),
      strategic(`strategic merge of the ${of}, absent, to a value that is null`, at, { [map]: { a: null } }),
      json(`JSON patch of the ${of}, absent, to nothing`, at, [{ op: 'add', path: `/${map}`, value: {} }]),
      json(`JSON patch of the ${of}, absent, to null`, at, [{ op: 'add', path: `/${map}`, value: null }]),
      apply(
        `apply of the ${of}, absent, to nothing`,
        `${at}?fieldManager=applier&force=true`,
        object(bare, { [map]: {} }),
      ),
      apply(
        `apply of the ${of}, absent, to null`,
        `${at}?fieldManager=applier&force=true`,
        object(bare, { [map]: null }),
      ),
      post(`an immutable ${kind} with something in ${map}`, collection, object(filled, { [map]: values })),
      put(`the ${of}, filled, to nothing`, there, object(filled, { [map]: {} })),
      put(`the ${of}, filled, to null`, there, object(filled, { [map]: null })),
      put(`the ${of}, filled, left out`, there, object(filled, {})),
      put(`the ${of}, filled, to the same`, there, object(filled, { [map]: values })),
      ...maps
        .filter((other) => other !== map)
        .flatMap((other) => [
          put(
            `${other} to nothing beside the ${of}, filled`,
            there,
            object(filled, { [map]: values, [other]: {} }),
          ),
          merge(`merge of ${other} to nothing beside the ${of}, filled`, there, { [other]: {} }),
        ]),
      merge(`merge of the ${of}, filled, to nothing`, there, { [map]: {} }),
      merge(`merge of the ${of}, filled, to null`, there, { [map]: null }),
      json(`JSON patch of the ${of}, filled, to nothing`, there, [{ op: 'add', path: `/${map}`, value: {} }]),
      post(`an immutable ${kind} with nothing in ${map}`, collection, object(empty, { [map]: {} })),
      put(`the ${of}, empty, to nothing`, `${collection}/${empty}`, object(empty, { [map]: {} })),
      put(`the ${of}, empty, left out`, `${collection}/${empty}`, object(empty, {})),
      merge(`merge of a label beside the ${of}, empty`, `${collection}/${empty}`, {
        metadata: { labels: { a: 'b' } },
      }),
      post(
        `a changeable ${kind} with nothing in ${map}`,
        collection,
        object(`soft-${empty}`, { [map]: {}, immutable: false }),
      ),
      put(
        `the ${of}, changeable, left out`,
        `${collection}/soft-${empty}`,
        object(`soft-${empty}`, { immutable: false }),
      ),
      put(
        `the ${of}, changeable, to nothing and immutable`,
        `${collection}/soft-${empty}`,
        object(`soft-${empty}`, { [map]: {} }),
      ),
    )
  }
  return steps
}

export const immutableStory: Story = { title: 'immutable', steps: sorts.flatMap(stepsOf) }
