import { setImmediate } from 'node:timers/promises'
import { type Decoded, TooManyValuesError } from '../apimachinery/decode-error.ts'
import { decodeJson } from '../apimachinery/decode-json.ts'
import {
  badRequest,
  invalidObject,
  requestEntityTooLarge,
  type StatusError,
  unsupportedMediaType,
} from '../apimachinery/errors.ts'
import { invalid } from '../apimachinery/field-error.ts'
import { type KubernetesObject, parseGroupVersion } from '../apimachinery/object.ts'
import { cannotUnmarshal } from '../apimachinery/typed-json.ts'
import type { Resource } from '../registry/kind.ts'
import { checkName } from '../registry/named.ts'
import type { WriteOptions } from '../registry/registry.ts'
import { scaleApiVersion } from '../registry/scale.ts'
import { summarize } from './body-summary.ts'
import type { ResourceRequest, ServerEnvironment } from './request.ts'

/** A body as it was sent. */
export interface SentBody {
  readonly bytes: Buffer
  readonly contentType: string | undefined
  /** See `Limits`. */
  readonly maxValues: number
}

export function sentBody({ limits }: ServerEnvironment, { body, contentType }: ResourceRequest): SentBody {
  return { bytes: body, contentType, maxValues: limits.bodyValues }
}

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
async function decode(expected: ExpectedBody, body: SentBody): Promise<DecodedBody> {
  const { bytes, maxValues } = body
  const refuse = (reason: string) => unreadable(expected.kind, bytes, reason)
  switch (mediaType(body.contentType) || jsonType) {
    case jsonType:
      return explained(() => decodeJson(bytes, maxValues), refuse)
    case yamlType:
      return explained(() => readYaml(body), refuse)
    case protobufType:
      if (expected.compiledIn) {
        const { decodeProtobuf } = await import('./protobuf.ts')
        return explained(
          () => ({ value: decodeProtobuf(bytes, expected, maxValues), duplicateFields: [] }),
          refuse,
        )
      }
  }
  // A real server names protobuf here for custom resources too, which it cannot read from it.
  throw unsupportedMediaType([jsonType, yamlType, protobufType])
}

/** Others have their turn while a long document is read. */
async function readYaml({ bytes, maxValues }: SentBody): Promise<DecodedBody> {
  const { decodeYamlInSteps } = await import('../apimachinery/decode-yaml.ts')
  const steps = decodeYamlInSteps(bytes, maxValues)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await setImmediate()
  }
}

/** What `read` returns. What it cannot read is refused by `refuse`, what is too much here. */
async function explained<T>(read: () => T | Promise<T>, refuse: (reason: string) => StatusError): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof TooManyValuesError) throw requestEntityTooLarge(`limit is ${error.maxValues} values`)
    if (!(error instanceof Error) || error.name !== 'DecodeError') throw error
    throw refuse(error.message)
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
  body: SentBody,
  namespace: string,
): Promise<DecodedObject> {
  const { value, duplicateFields, duplicateKeys } = await decode(expected, body)
  const object = asObject(expected, value, body.bytes)
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
export function decodePatch({ bytes, maxValues }: SentBody): Promise<DecodedBody> {
  return explained(
    () => decodeJson(bytes, maxValues),
    (reason) => badRequest(`error decoding patch: ${reason}`),
  )
}

/** The body of a server-side apply, which is YAML and so may be JSON: an object of the resource, with its name. */
export async function decodeApply(
  expected: ExpectedBody,
  body: SentBody,
  name: string,
  namespace: string,
): Promise<DecodedObject> {
  const decoded = await explained(
    () => readYaml(body),
    (reason) => badRequest(`error decoding YAML: error converting YAML to JSON: ${reason}`),
  )
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
export async function decodeDeleteOptions(body: SentBody): Promise<Record<string, unknown> | undefined> {
  const { bytes } = body
  if (bytes.length === 0) return undefined
  if (mediaType(body.contentType) === protobufType) {
    const { decodeDeleteOptions } = await import('./protobuf.ts')
    return explained(() => decodeDeleteOptions(bytes, body.maxValues), badRequest)
  }
  const expected = { apiVersion: 'v1', kind: 'DeleteOptions', compiledIn: true }
  const { value } = await decode(expected, body)
  if (!isRecord(value)) throw unreadable(expected.kind, bytes, noObject(value))
  if (headField(expected, value, 'kind', bytes) !== expected.kind) {
    throw badRequest('decoded object cannot be converted to DeleteOptions')
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
