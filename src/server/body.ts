import type { Decoded } from '../apimachinery/decode-error.ts'
import { decodeJson } from '../apimachinery/decode-json.ts'
import { badRequest, invalidObject, type StatusError, unsupportedMediaType } from '../apimachinery/errors.ts'
import { invalid } from '../apimachinery/field-error.ts'
import { type KubernetesObject, parseGroupVersion } from '../apimachinery/object.ts'
import { cannotUnmarshal } from '../apimachinery/typed-json.ts'
import type { Resource } from '../registry/kind.ts'
import { checkName } from '../registry/named.ts'
import type { WriteOptions } from '../registry/registry.ts'
import { scaleApiVersion } from '../registry/scale.ts'
import { summarize } from './body-summary.ts'

/** A body as it was understood. */
type DecodedBody = Decoded<unknown>

/** What the body of a request has to hold. */
export interface ExpectedBody {
  readonly apiVersion: string
  readonly kind: string
  /** A kind that a real server has compiled in: may come in protobuf, and without a head. */
  readonly compiledIn: boolean
  /** Whether what the body leaves out of its head stays out. Default: it is filled in. */
  readonly keepsHead?: boolean
}

const jsonType = 'application/json'
const yamlType = 'application/yaml'
const protobufType = 'application/vnd.kubernetes.protobuf'

/** What is sent to a resource itself. */
export function expectedOf({ kind, apiVersion }: Resource): ExpectedBody {
  return { apiVersion, kind: kind.names.kind, compiledIn: kind.origin === 'core' }
}

/** What is sent to the `scale` of any kind. Its books depend on what it says of itself. */
export const expectedScale: ExpectedBody = {
  apiVersion: scaleApiVersion,
  kind: 'Scale',
  compiledIn: true,
  keepsHead: true,
}

/** The type of a Content-Type header without its parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Decodes by content type (JSON where there is none); 415 for other types, 400 for what cannot be read. */
async function decode(
  expected: ExpectedBody,
  bytes: Buffer,
  contentType: string | undefined,
): Promise<DecodedBody> {
  switch (mediaType(contentType) || jsonType) {
    case jsonType:
      return explained(expected.kind, bytes, () => decodeJson(bytes))
    case yamlType: {
      const { decodeYaml } = await import('../apimachinery/decode-yaml.ts')
      return explained(expected.kind, bytes, () => decodeYaml(bytes))
    }
    case protobufType:
      if (expected.compiledIn) {
        const { decodeProtobuf } = await import('./protobuf.ts')
        return { value: decodeProtobuf(bytes, expected), duplicateFields: [] }
      }
  }
  // A real server names protobuf here for custom resources too, which it cannot read from it.
  throw unsupportedMediaType([jsonType, yamlType, protobufType])
}

function explained<T>(kind: string, bytes: Buffer, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DecodeError') throw error
    throw unreadable(kind, bytes, error.message)
  }
}

export interface DecodedObject {
  readonly object: KubernetesObject
  /** What came twice. */
  readonly duplicates: Pick<WriteOptions, 'duplicateFields' | 'duplicateKeys'>
}

/**
 * The object in the body of a create or update, with the namespace of the URL. Its head must be the expected one.
 * 400, 415 or 422 in the words of a real server.
 */
export async function decodeObject(
  expected: ExpectedBody,
  bytes: Buffer,
  contentType: string | undefined,
  namespace: string,
): Promise<DecodedObject> {
  const { value, duplicateFields, duplicateKeys } = await decode(expected, bytes, contentType)
  const object = asObject(expected, value, bytes)
  checkNamespace(object, namespace)
  return { object, duplicates: { duplicateFields, duplicateKeys } }
}

function unreadable(kind: string, bytes: Buffer, reason: string): StatusError {
  return unrecognized(kind, bytes, `couldn't get version/kind; json parse error: ${reason}`)
}

function unrecognized(kind: string, bytes: Buffer, reason: string): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${reason} (${summarize(bytes)})`,
  )
}

function asObject(expected: ExpectedBody, value: unknown, bytes: Buffer): KubernetesObject {
  if (!isRecord(value)) throw unreadable(expected.kind, bytes, noObject(value))
  const { metadata = {} } = value
  const kind = headField(expected, value, 'kind', bytes)
  const apiVersion = headField(expected, value, 'apiVersion', bytes)
  if (kind === '') {
    const text = bytes.toString('utf8', 0, 1024)
    throw unrecognized(expected.kind, bytes, `Object 'Kind' is missing in '${text}'`)
  }
  if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    )
  }
  const { version } = parseGroupVersion(apiVersion)
  if (!isRecord(metadata) && metadata !== null) {
    const place = expected.compiledIn ? `struct field ${expected.kind}.metadata` : 'value'
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${cannotUnmarshal(metadata, place, 'v1.ObjectMeta')}`,
    )
  }
  if (kind !== expected.kind) throw wrongKind(expected, kind, metadata?.name)
  const head = expected.keepsHead ? {} : { apiVersion, kind }
  return { ...value, ...head, metadata: { ...metadata } } as unknown as KubernetesObject
}

/** What Go's decoder says when it looks for the head of what is no object. */
function noObject(value: unknown): string {
  const head =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
  return cannotUnmarshal(value, 'value', head)
}

/** `kind` or `apiVersion` of a body; compiled-in kinds may leave them out. */
function headField(
  expected: ExpectedBody,
  value: Record<string, unknown>,
  field: 'kind' | 'apiVersion',
  bytes: Buffer,
): string {
  const found = value[field] ?? ''
  if (typeof found !== 'string') throw unreadable(expected.kind, bytes, `${field} must be a string`)
  return found === '' && expected.compiledIn ? expected[field] : found
}

/** Another kind than the URL's: compiled-in kinds cannot be converted, custom resources are invalid. */
function wrongKind(expected: ExpectedBody, found: string, name: unknown): StatusError {
  const { group, version } = parseGroupVersion(expected.apiVersion)
  if (!expected.compiledIn) {
    return invalidObject(group, found, typeof name === 'string' ? name : '', [
      invalid('kind', found, `must be ${expected.kind}`),
    ])
  }
  const internal = group === '' ? 'core' : (group.split('.')[0] as string)
  return badRequest(
    `${found} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: converting (${version}.${found}) to (${internal}.${expected.kind}): unknown conversion`,
  )
}

/** Sets the namespace of the URL; an object of a cluster-scoped kind may name one, and is forgiven. */
function checkNamespace(object: KubernetesObject, namespace: string): void {
  const found = object.metadata.namespace
  if (namespace === '') {
    delete object.metadata.namespace
  } else if (found === undefined || found === '') {
    object.metadata.namespace = namespace
  } else if (found !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** The body of a JSON or merge patch: any JSON. */
export function decodePatch(bytes: Buffer): DecodedBody {
  try {
    return decodeJson(bytes)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DecodeError') throw error
    throw badRequest(`error decoding patch: ${error.message}`)
  }
}

/** The body of a server-side apply, which is YAML and so may be JSON: an object of the resource, with its name. */
export async function decodeApply(
  expected: ExpectedBody,
  bytes: Buffer,
  name: string,
  namespace: string,
): Promise<DecodedObject> {
  const { decodeYaml } = await import('../apimachinery/decode-yaml.ts')
  let decoded: DecodedBody
  try {
    decoded = decodeYaml(bytes)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DecodeError') throw error
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`)
  }
  const value = decoded.value ?? {}
  if (!isRecord(value)) {
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, 'value', 'map[string]interface {}')}`,
    )
  }
  const { metadata = {}, kind, apiVersion } = value
  if (!isRecord(metadata)) throw badRequest('error decoding YAML: metadata must be an object')
  if (apiVersion !== expected.apiVersion || kind !== expected.kind) {
    const { group, version } = parseGroupVersion(typeof apiVersion === 'string' ? apiVersion : '')
    throw badRequest(`invalid object type: ${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`)
  }
  const object = { ...value, metadata: { ...metadata } } as unknown as KubernetesObject
  // What is not said is what it is.
  if (object.metadata.name !== undefined) checkName(object.metadata.name, name)
  if (object.metadata.namespace !== undefined) checkNamespace(object, namespace)
  const { duplicateFields, duplicateKeys } = decoded
  return { object, duplicates: { duplicateFields, duplicateKeys } }
}

/** A DeleteOptions body; undefined when there is none. Every group has them; nobody asks which it is. */
export async function decodeDeleteOptions(
  bytes: Buffer,
  contentType: string | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (bytes.length === 0) return undefined
  if (mediaType(contentType) === protobufType) {
    const { decodeDeleteOptions } = await import('./protobuf.ts')
    return decodeDeleteOptions(bytes)
  }
  const expected = { apiVersion: 'v1', kind: 'DeleteOptions', compiledIn: true }
  const { value } = await decode(expected, bytes, contentType)
  if (!isRecord(value)) throw unreadable(expected.kind, bytes, noObject(value))
  if (headField(expected, value, 'kind', bytes) !== expected.kind) {
    throw badRequest('decoded object cannot be converted to DeleteOptions')
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
