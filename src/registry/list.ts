import { setImmediate } from 'node:timers/promises'
import { badRequest, expired, type Status, StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import {
  type ContinueToken,
  decodeContinueToken,
  encodeContinueToken,
  InvalidContinueToken,
  newestState,
} from '../storage/continue-token.ts'
import { Compacted, FutureRevision, type StoredRecord } from '../storage/store.ts'
import type { Environment } from './environment.ts'
import { collectionPrefix, objectKey } from './keys.ts'
import type { Resource } from './kind.ts'
import type { ListOptions, ObjectList, RequestContext } from './registry.ts'
import { checkListOptions, checkNotTooLarge, parseResourceVersion } from './resource-version.ts'
import { type Selected, select } from './selection.ts'
import { peekRecord, storedObject } from './stored-object.ts'

/**
 * How long the texts of a page are together: of large objects it has fewer than were asked for, and more come with
 * `continue`. A page is made as a whole.
 */
const maxPageLength = 16 * 1024 * 1024

/** How many records are read at a time where a selector decides which of them count. */
const scanLength = 500

export async function list(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  options: ListOptions = {},
): Promise<ObjectList> {
  checkListOptions(options)
  const requested = parseResourceVersion(options.resourceVersion)
  checkNotTooLarge(requested, environment.store.revision)
  const selected = await select(context, resource, options)
  if (selected.nothing) return { revision: environment.store.revision, items: [] }

  const start = options.continue ? decodeToken(options.continue) : undefined
  const exact =
    start !== undefined
      ? start.revision === newestState
        ? undefined
        : start.revision
      : isExact(options)
        ? requested
        : undefined

  if (exact === undefined && start === undefined) {
    const indexed = await readIndexed(environment, context, resource, selected)
    if (
      indexed &&
      (options.limit === undefined || options.limit <= 0 || indexed.items.length <= options.limit)
    ) {
      return indexed
    }
  }
  return scan(environment, context, resource, selected, {
    limit: options.limit !== undefined && options.limit > 0 ? options.limit : undefined,
    after: start?.after,
    revision: exact,
  })
}

/** A page at a revision is of exactly that revision, as it was before `resourceVersionMatch` came. */
function isExact({ resourceVersion, resourceVersionMatch, limit = 0 }: ListOptions): boolean {
  if (resourceVersionMatch !== undefined) return resourceVersionMatch === 'Exact'
  return limit > 0 && resourceVersion !== undefined && resourceVersion !== '0'
}

function decodeToken(token: string): ContinueToken {
  try {
    return decodeContinueToken(token)
  } catch (error) {
    if (error instanceof InvalidContinueToken)
      throw badRequest(`invalid continue token: continue key is not valid: ${error.message}`)
    throw error
  }
}

/** One object by its name, or the few that carry an index term: without reading the collection. */
async function readIndexed(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  selected: Selected,
): Promise<ObjectList | undefined> {
  const { store } = environment
  const { kind } = resource
  // Reads happen on the tick on which they are asked for, so that this is the revision they are made at.
  const { revision } = store
  let records: readonly StoredRecord[]
  if (selected.name !== undefined && (kind.scope === 'Cluster' || selected.namespace !== undefined)) {
    const key = { namespace: selected.namespace, name: selected.name }
    const record = await store.read(objectKey(context.plane, kind, key))
    records = record ? [record] : []
  } else if (selected.term !== undefined) {
    records = await store.listByTerm(collectionPrefix(context.plane, kind, selected.namespace), selected.term)
  } else return undefined
  const items = records
    .filter((record) => matches(selected, record, peekRecord(record)))
    .map((record) => storedObject(context.plane, resource, record))
  return { revision, items }
}

function matches(selected: Selected, record: StoredRecord, object: KubernetesObject): boolean {
  if (selected.name !== undefined && !record.key.endsWith(`/${selected.name}`)) return false
  return selected.matches?.(object) ?? true
}

interface Scan {
  readonly limit: number | undefined
  /** The last key of the page before, as seen from the collection's prefix. */
  readonly after: string | undefined
  readonly revision: number | undefined
}

async function scan(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  selected: Selected,
  { limit, after: start, revision: wanted }: Scan,
): Promise<ObjectList> {
  const { store } = environment
  const root = collectionPrefix(context.plane, resource.kind)
  const prefix = collectionPrefix(context.plane, resource.kind, selected.namespace)
  const filtered = selected.matches !== undefined || selected.name !== undefined
  const kept: StoredRecord[] = []
  let keptLength = 0
  let after = start === undefined ? undefined : root + start
  let revision = wanted
  for (;;) {
    const length = filtered ? scanLength : limit
    const range = { prefix, after, limit: length, length: maxPageLength, revision }
    const page = await readPage(environment, range, root)
    revision = page.revision
    for (const [index, record] of page.records.entries()) {
      if (filtered && !matches(selected, record, peekRecord(record))) continue
      kept.push(record)
      keptLength += record.text.length
      if (kept.length === limit || (limit !== undefined && keptLength >= maxPageLength)) {
        const isLast = index === page.records.length - 1
        return answer(
          kept,
          page.more || !isLast ? record.key : undefined,
          filtered || !page.more || !isLast ? undefined : page.remaining,
        )
      }
    }
    const last = page.records.at(-1)
    if (!page.more || !last) return answer(kept, undefined, undefined)
    if (limit !== undefined && !filtered) return answer(kept, last.key, page.remaining)
    after = last.key
    // Others have their turn, however few of very many objects are selected.
    await setImmediate()
  }

  function answer(
    records: readonly StoredRecord[],
    last: string | undefined,
    remaining: number | undefined,
  ): ObjectList {
    const items = records.map((record) => storedObject(context.plane, resource, record))
    const at = revision ?? store.revision
    if (last === undefined) return { revision: at, items }
    const token = encodeContinueToken({ revision: at, after: last.slice(root.length) })
    return {
      revision: at,
      items,
      continue: token,
      ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
    }
  }
}

async function readPage(
  environment: Environment,
  range: {
    prefix: string
    after: string | undefined
    limit: number | undefined
    length: number
    revision: number | undefined
  },
  root: string,
) {
  try {
    return await environment.store.list(range)
  } catch (error) {
    if (error instanceof Compacted) throw expiredList(range.after?.slice(root.length))
    if (error instanceof FutureRevision) checkNotTooLarge(error.requested, error.current)
    throw error
  }
}

/** 410 for a state that is gone; a reader of pages is told how to read on, at the newest state. */
function expiredList(after: string | undefined): StatusError {
  if (after === undefined) return expired('The resourceVersion for the provided list is too old.')
  const { status } = expired(
    'The provided continue parameter is too old to display a consistent list result. ' +
      'You can start a new list without the continue parameter, or use the continue token in this response ' +
      'to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - ' +
      'objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  )
  const token = encodeContinueToken({ revision: newestState, after })
  return new StatusError({ ...status, metadata: { continue: token } } satisfies Status)
}
