import { setImmediate } from 'node:timers/promises'
import type { ObjectList } from '../../registry/registry.ts'
import { type ListForm, type ListMetadata, listForm } from '../encode.ts'
import { listOptions } from '../list-options.ts'
import { encodedAnswer, viewOf } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { type Answer, jsonAnswer, yamlAnswer } from '../respond.ts'
import { yamlList, yamlText } from '../yaml-text.ts'

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
    // A revision is that of the page for whoever asks for pages, and otherwise the oldest that will do.
    ...(paged || options.resourceVersion === undefined || options.continue !== undefined
      ? {}
      : { resourceVersionMatch: options.resourceVersionMatch ?? 'NotOlderThan' }),
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
  if (request.format.encoding === 'yaml') return yamlAnswer(200, yamlPages(first, readOn, form))
  return jsonAnswer(200, request.pretty ? prettyPages(first, readOn, form) : pages(first, readOn, form))
}

type ReadOn = (token: string) => Promise<ObjectList>

/** A list that is there as a whole. */
export async function listAnswer(
  list: ObjectList,
  form: ListForm,
  request: Parameters<typeof encodedAnswer>[2],
): Promise<Answer> {
  if (request.format.encoding === 'yaml') return yamlAnswer(200, yamlPages(list, undefined, form))
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

/** The first page and, where they are read on for, all behind it. Between pages others have their turn. */
async function* eachPage(first: ObjectList, readOn?: ReadOn): AsyncGenerator<ObjectList> {
  yield first
  for (let next = first.continue; readOn && next !== undefined; ) {
    await setImmediate()
    const page = await readOn(next)
    yield page
    next = page.continue
  }
}

/** YAML is written so slowly that others have their turn within a page too, behind so many characters of JSON. */
const yamlStep = 16 * 1024

async function* yamlPages(
  first: ObjectList,
  readOn: ReadOn | undefined,
  form: ListForm,
): AsyncGenerator<string> {
  const metadata = readOn ? { resourceVersion: String(first.revision) } : metadataOf(first)
  const empty = form.open(metadata) + form.close
  if (first.items.length === 0) {
    yield await yamlText(empty)
    return
  }
  const { open, item, close } = await yamlList(empty)
  yield open
  for await (const page of eachPage(first, readOn)) {
    let text = ''
    let length = 0
    for (const stored of page.items) {
      const json = form.item(stored)
      text += item(json)
      length += json.length
      if (length < yamlStep) continue
      yield text
      await setImmediate()
      text = ''
      length = 0
    }
    if (text !== '') yield text
  }
  yield close
}

async function* pages(first: ObjectList, readOn: ReadOn, form: ListForm): AsyncGenerator<string> {
  let separator = form.open({ resourceVersion: String(first.revision) })
  for await (const { items } of eachPage(first, readOn)) {
    if (items.length === 0) continue
    yield separator + items.map(form.item).join(',')
    separator = ','
  }
  yield `${separator === ',' ? '' : separator}${form.close}\n`
}

/** The same, indented for a reader: each item by itself, four columns in. */
async function* prettyPages(first: ObjectList, readOn: ReadOn, form: ListForm): AsyncGenerator<string> {
  const metadata = { resourceVersion: String(first.revision) }
  // The empty list shows what stands around the items.
  const frame = JSON.stringify(JSON.parse(form.open(metadata) + form.close), null, 2)
  yield frame.slice(0, -'[]\n}'.length)
  let separator = '[\n    '
  for await (const page of eachPage(first, readOn)) {
    for (const stored of page.items) {
      const item = JSON.stringify(JSON.parse(form.item(stored)), null, 2).replaceAll('\n', '\n    ')
      yield separator + item
      separator = ',\n    '
    }
  }
  yield separator.startsWith('[') ? '[]\n}\n' : '\n  ]\n}\n'
}
