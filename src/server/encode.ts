import type { Clock } from '../apimachinery/clock.ts'
import { notAcceptable, StatusError } from '../apimachinery/errors.ts'
import type { Resource } from '../registry/kind.ts'
import type { StoredObject } from '../registry/registry.ts'
import type { Format } from './negotiation.ts'
import { type IncludeObject, tableView } from './table.ts'

/** How the objects of one resource are written for one request. */
export interface View {
  readonly resource: Resource
  readonly format: Format
  readonly includeObject: IncludeObject
  readonly clock: Clock
}

/** The `metadata` of a list; what is absent is left out. */
export interface ListMetadata {
  readonly resourceVersion: string
  readonly continue?: string | undefined
  readonly remainingItemCount?: number | undefined
}

const heads = new WeakMap<Resource, string>()

/** What the URL says of an object and the store therefore does not keep: `{"apiVersion":"…","kind":"…",`. */
function headOf(resource: Resource): string {
  let head = heads.get(resource)
  if (head === undefined) {
    const { apiVersion, kind } = resource
    head = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind.names.kind)},`
    heads.set(resource, head)
  }
  return head
}

/** The object as JSON, out of the stored text as it is. */
function objectText(resource: Resource, stored: StoredObject): string {
  return headOf(resource) + stored.text.slice(1)
}

/** One object in the shape asked for, as JSON. `headers` is false for the later events of a watch of Tables. */
export function encodeObject(view: View, stored: StoredObject, headers = true): string {
  const { resource, format } = view
  switch (format.shape) {
    case 'object':
      return objectText(resource, stored)
    case 'PartialObjectMetadata':
      return metadataText(format, stored)
    case 'Table': {
      const { resourceVersion = '' } = stored.object.metadata
      return `${tableHead(view, { resourceVersion }, headers)}${rowText(view, stored)}]}`
    }
    case 'PartialObjectMetadataList':
      throw notAcceptable(['application/json;as=PartialObjectMetadata', 'application/json'])
  }
}

/** What stands before, within and behind the items of a list, so that it can be written while it is read. */
export interface ListForm {
  open(metadata: ListMetadata): string
  item(stored: StoredObject): string
  readonly close: string
}

export function listForm(view: View): ListForm {
  const { resource, format } = view
  switch (format.shape) {
    case 'object':
      return {
        // The lists of custom resources have no type that would leave an empty token out.
        open: ({ continue: token = resource.kind.origin === 'custom' ? '' : undefined, ...metadata }) =>
          `{"kind":${JSON.stringify(resource.kind.names.listKind)},"apiVersion":${JSON.stringify(resource.apiVersion)},"metadata":${JSON.stringify({ ...metadata, continue: token })},"items":[`,
        // The items of compiled-in kinds have no heads on a real server, those of custom resources do.
        item:
          resource.kind.origin === 'core'
            ? (stored) => stored.text
            : (stored) => objectText(resource, stored),
        close: ']}',
      }
    case 'PartialObjectMetadataList':
      return {
        open: (metadata) =>
          `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${format.version}","metadata":${JSON.stringify(metadata)},"items":[`,
        item: (stored) => metadataText(format, stored),
        close: ']}',
      }
    case 'Table':
      return {
        open: (metadata) => tableHead(view, metadata, true),
        item: (stored) => rowText(view, stored),
        close: ']}',
      }
    case 'PartialObjectMetadata':
      throw new StatusError({
        ...notAcceptable([]).status,
        message: `you requested PartialObjectMetadata, but the requested object is a list (${listType(resource)})`,
      })
  }
}

/** What the list is called in Go. */
function listType({ kind, group }: Resource): string {
  if (kind.origin === 'custom') return '*unstructured.UnstructuredList'
  const { listKind } = kind.names
  return `*${group === '' ? 'core' : group.split('.')[0]}.${listKind}`
}

function metadataText(format: Format, stored: StoredObject): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${format.version}","metadata":${JSON.stringify(stored.object.metadata)}}`
}

function tableHead({ resource, format }: View, metadata: ListMetadata, headers: boolean): string {
  const columns = headers ? JSON.stringify(tableView(resource).columns) : 'null'
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${format.version}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${columns},"rows":[`
}

function rowText({ resource, format, includeObject, clock }: View, stored: StoredObject): string {
  const cells = JSON.stringify(tableView(resource).cells(stored.object, clock.now()))
  switch (includeObject) {
    case 'None':
      return `{"cells":${cells},"object":null}`
    case 'Metadata':
      return `{"cells":${cells},"object":${metadataText(format, stored)}}`
    case 'Object':
      return `{"cells":${cells},"object":${objectText(resource, stored)}}`
  }
}
