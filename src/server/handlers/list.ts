import type { ObjectList } from '../../registry/registry.ts'
import { type ListForm, type ListMetadata, listForm } from '../encode.ts'
import { listOptions } from '../list-options.ts'
import { encodedAnswer, viewOf } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { type Answer, jsonAnswer } from '../respond.ts'

/**
 * GET of a collection. With `limit` one page; without, everything at one revision, read page by page while it is
 * sent, so that a list of any length takes no more memory than a page.
 */
export const list: Handler = async (environment, request) => {
  const { context, resource, info, query } = request
  const options = listOptions(info, query)
  const form = listForm(viewOf(environment, request))
  const paged = options.limit !== undefined
  const page = Math.min(options.limit ?? 0, environment.limits.pageObjects)
  const first = await environment.registry.list(context, resource, {
    ...options,
    limit: paged ? page : environment.limits.listPage,
  })
  if (paged || first.continue === undefined) return listAnswer(first, form, request)

  const { labelSelector, fieldSelector, namespace } = options
  const readOn = (token: string) =>
    environment.registry.list(context, resource, {
      labelSelector,
      fieldSelector,
      namespace,
      limit: environment.limits.listPage,
      continue: token,
    })
  if (request.format.encoding === 'yaml') return listAnswer(await whole(first, readOn), form, request)
  return jsonAnswer(200, request.pretty ? prettyPages(first, readOn, form) : pages(first, readOn, form))
}

type ReadOn = (token: string) => Promise<ObjectList>

/** A list that is there as a whole. */
export function listAnswer(
  list: ObjectList,
  form: ListForm,
  request: Parameters<typeof encodedAnswer>[2],
): Promise<Answer> {
  const json = form.open(metadataOf(list)) + list.items.map(form.item).join(',') + form.close
  return encodedAnswer(200, json, request)
}

function metadataOf(list: ObjectList): ListMetadata {
  return {
    resourceVersion: String(list.revision),
    continue: list.continue,
    remainingItemCount: list.remainingItemCount,
  }
}

async function whole(first: ObjectList, readOn: ReadOn): Promise<ObjectList> {
  const items = [...first.items]
  for (let next = first.continue; next !== undefined; ) {
    const page = await readOn(next)
    items.push(...page.items)
    next = page.continue
  }
  return { revision: first.revision, items }
}

async function* pages(first: ObjectList, readOn: ReadOn, form: ListForm): AsyncGenerator<string> {
  yield form.open({ resourceVersion: String(first.revision) }) + first.items.map(form.item).join(',')
  let separator = first.items.length > 0 ? ',' : ''
  for (let next = first.continue; next !== undefined; ) {
    const page = await readOn(next)
    if (page.items.length > 0) {
      yield separator + page.items.map(form.item).join(',')
      separator = ','
    }
    next = page.continue
  }
  yield `${form.close}\n`
}

/** The same, indented for a reader: each item by itself, four columns in. */
async function* prettyPages(first: ObjectList, readOn: ReadOn, form: ListForm): AsyncGenerator<string> {
  const metadata = { resourceVersion: String(first.revision) }
  // The empty list shows what stands around the items.
  const frame = JSON.stringify(JSON.parse(form.open(metadata) + form.close), null, 2)
  yield frame.slice(0, -'[]\n}'.length)
  let separator = '[\n    '
  for (let page = first; ; page = await readOn(page.continue)) {
    for (const stored of page.items) {
      const item = JSON.stringify(JSON.parse(form.item(stored)), null, 2).replaceAll('\n', '\n    ')
      yield separator + item
      separator = ',\n    '
    }
    if (page.continue === undefined) break
  }
  yield separator.startsWith('[') ? '[]\n}\n' : '\n  ]\n}\n'
}
