import { invalidObject } from '../apimachinery/errors.ts'
import { forbiddenField } from '../apimachinery/field-error.ts'
import type { ListOptions, Selectors, WatchOptions } from '../registry/registry.ts'
import { type Query, queryBoolean, queryInteger } from './query.ts'
import type { ResourceInfo } from './request-info.ts'

/** The selection of a collection's URL: its namespace, the selectors of its query. */
function selectors(info: ResourceInfo, query: Query): Selectors {
  return {
    namespace: info.namespace === '' ? undefined : info.namespace,
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: fieldSelector(info, query),
  }
}

/** A watch by the old path may name an object. */
function fieldSelector({ named, name }: ResourceInfo, query: Query): string | undefined {
  const asked = query.get('fieldSelector') || undefined
  if (!named) return asked
  const ofName = `metadata.name=${name.replace(/[\\,=]/g, '\\$&')}`
  return asked === undefined ? ofName : `${asked},${ofName}`
}

/** What a list asks for. What does not go together is the registry's to refuse, as far as it knows of it. */
export function listOptions(info: ResourceInfo, query: Query): ListOptions {
  if (queryBoolean(query, 'sendInitialEvents') !== undefined) {
    throw invalidObject('meta.k8s.io', 'ListOptions', '', [
      forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'),
    ])
  }
  return {
    ...selectors(info, query),
    limit: positive(queryInteger(query, 'limit')),
    continue: query.get('continue') || undefined,
    resourceVersion: query.get('resourceVersion') || undefined,
    resourceVersionMatch: query.get('resourceVersionMatch') || undefined,
  }
}

/** What a watch asks for. */
export function watchOptions(info: ResourceInfo, query: Query): WatchOptions {
  return {
    ...selectors(info, query),
    resourceVersion: query.get('resourceVersion') || undefined,
    resourceVersionMatch: query.get('resourceVersionMatch') || undefined,
    sendInitialEvents: queryBoolean(query, 'sendInitialEvents'),
    allowWatchBookmarks: queryBoolean(query, 'allowWatchBookmarks'),
    continue: query.get('continue') || undefined,
  }
}

/** How long a watch is to last, in milliseconds; undefined when the request leaves it to the server. */
export function watchTimeout(query: Query): number | undefined {
  const seconds = positive(queryInteger(query, 'timeoutSeconds'))
  return seconds === undefined ? undefined : seconds * 1000
}

function positive(number: number | undefined): number | undefined {
  return number !== undefined && number > 0 ? number : undefined
}
