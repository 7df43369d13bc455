import type { Resource } from '../registry/kind.ts'
import type { StoredObject, WatchEvent } from '../registry/registry.ts'
import { encodeObject, type View } from './encode.ts'
import { tableView } from './table.ts'

/** How long the encodings that are kept may be together, in bytes. */
const keptBytes = 8 * 1024 * 1024

/**
 * The lines of watches: made once for an event and a format, however many watchers ask for it. Watchers hear of an event
 * at about the same time, so that little has to be kept.
 */
export class WatchEncodings {
  #lines = new WeakMap<StoredObject, Map<string, Buffer>>()
  #bytes = 0

  /** `headers`: whether a Table says its columns, which the first one of a watch does. */
  encode(view: View, event: WatchEvent, headers: boolean): Buffer {
    if (event.type === 'ERROR') return line('ERROR', JSON.stringify(event.status))
    if (event.type === 'BOOKMARK') {
      return line('BOOKMARK', bookmarkText(view, event.revision, event.initialEventsEnd, headers))
    }
    const format = formatKey(view, event.type, headers)
    let lines = this.#lines.get(event.object)
    const known = lines?.get(format)
    if (known) return known
    const bytes = line(event.type, encodeObject(view, event.object, headers))
    this.#bytes += bytes.length
    if (this.#bytes > keptBytes) {
      this.#lines = new WeakMap()
      this.#bytes = bytes.length
      lines = undefined
    }
    if (!lines) {
      lines = new Map()
      this.#lines.set(event.object, lines)
    }
    lines.set(format, bytes)
    return bytes
  }
}

/** One object may be watched under several spellings, in several formats. */
function formatKey({ resource, format, includeObject }: View, type: string, headers: boolean): string {
  return format.shape === 'object'
    ? `${type} ${resource.apiVersion}`
    : `${type} ${resource.apiVersion} ${format.shape} ${format.version} ${includeObject} ${headers}`
}

function line(type: string, object: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${object}}\n`)
}

/** An object with nothing but a revision, in the shape of the watch. */
function bookmarkText(view: View, revision: number, initialEventsEnd: boolean, headers: boolean): string {
  const { resource, format } = view
  const metadata = {
    resourceVersion: String(revision),
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  }
  const apiVersion = `meta.k8s.io/${format.version}`
  if (format.shape === 'object') return JSON.stringify(headed(resource, metadata))
  const partial = { kind: 'PartialObjectMetadata', apiVersion, metadata }
  if (format.shape !== 'Table') return JSON.stringify(partial)
  const columns = tableView(resource).columns
  return JSON.stringify({
    kind: 'Table',
    apiVersion,
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: headers ? columns : null,
    rows: [
      {
        cells: columns.map(({ format }) => (format === 'name' ? '' : null)),
        object: view.includeObject === 'Object' ? headed(resource, metadata) : partial,
      },
    ],
  })
}

function headed({ kind, apiVersion }: Resource, metadata: unknown) {
  return { kind: kind.names.kind, apiVersion, metadata }
}
