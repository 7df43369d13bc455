import { decodeJson } from '../apimachinery/decode-json.ts'
import { badRequest, invalidObject, type StatusError, unsupportedMediaType } from '../apimachinery/errors.ts'
import { invalid } from '../apimachinery/field-error.ts'
import { type KubernetesObject, parseGroupVersion } from '../apimachinery/object.ts'
import type { Resource } from '../registry/kind.ts'
import { checkName } from '../registry/named.ts'

/** A body as it was understood. */
interface DecodedBody {
  readonly value: unknown
  /** Paths of fields that were there twice; the last one counts. */
  readonly duplicateFields: readonly string[]
}

/** What the body of a request has to hold. */
export interface ExpectedBody {
  readonly apiVersion: string
  readonly kind: string
  /** A kind that a real server has compiled in: may come in protobuf, and without a head. */
  readonly compiledIn: boolean
}

const jsonType = 'application/json'
const yamlType = 'application/yaml'
const protobufType = 'application/vnd.kubernetes.protobuf'

/** What is sent to a resource itself. */
export function expectedOf({ kind, apiVersion }: Resource): ExpectedBody {
  return { apiVersion, kind: kind.names.kind, compiledIn: kind.origin === 'core' }
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
  throw unsupportedMediaType([jsonType, yamlType, ...(expected.compiledIn ? [protobufType] : [])])
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
  readonly duplicateFields: readonly string[]
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
  const { value, duplicateFields } = await decode(expected, bytes, contentType)
  const object = asObject(expected, value, bytes)
  checkNamespace(object, namespace)
  return { object, duplicateFields }
}

function unreadable(kind: string, bytes: Buffer, reason: string): StatusError {
  return unrecognized(kind, bytes, `couldn't get version/kind; json parse error: ${reason}`)
}

function unrecognized(kind: string, bytes: Buffer, reason: string): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${reason} (${summarize(bytes)})`,
  )
}

/** The first bytes of a body: as text where it looks like JSON, else in hexadecimal. */
function summarize(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>'
  const form = bytes[0] === 0x7b ? 'utf8' : 'hex'
  return bytes.subarray(0, 30).toString(form) + (bytes.length > 30 ? ' ...' : '')
}

function asObject(expected: ExpectedBody, value: unknown, bytes: Buffer): KubernetesObject {
  if (!isRecord(value)) throw unreadable(expected.kind, bytes, 'the body is not an object')
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
  if (!isRecord(metadata)) {
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: metadata must be an object`,
    )
  }
  if (kind !== expected.kind) throw wrongKind(expected, kind, metadata.name)
  return { ...value, apiVersion, kind, metadata: { ...metadata } } as unknown as KubernetesObject
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
    return invalidObject(group, expected.kind, typeof name === 'string' ? name : '', [
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
  resource: Resource,
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
    throw badRequest(`error decoding YAML: ${error.message}`)
  }
  const { value } = decoded
  if (!isRecord(value)) throw badRequest('error decoding YAML: the document is not an object')
  const { metadata = {}, kind, apiVersion = '' } = value
  if (!isRecord(metadata)) throw badRequest('error decoding YAML: metadata must be an object')
  if (apiVersion !== resource.apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${String(apiVersion)}, expected: ${resource.apiVersion}`,
    )
  }
  const expected = resource.kind.names.kind
  if (kind !== expected) {
    throw invalidObject(resource.group, expected, name, [invalid('kind', kind ?? '', `must be ${expected}`)])
  }
  const object = { ...value, metadata: { ...metadata } } as unknown as KubernetesObject
  checkName(object.metadata.name, name)
  checkNamespace(object, namespace)
  return { object, duplicateFields: decoded.duplicateFields }
}

/** A DeleteOptions body; undefined when there is none. Its group version may be that of the resource. */
export async function decodeDeleteOptions(
  resource: Resource,
  bytes: Buffer,
  contentType: string | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (bytes.length === 0) return undefined
  const expected = { apiVersion: 'v1', kind: 'DeleteOptions', compiledIn: true }
  const { value } = await decode(expected, bytes, contentType)
  if (!isRecord(value)) throw unreadable(expected.kind, bytes, 'the body is not an object')
  if (headField(expected, value, 'kind', bytes) !== expected.kind) {
    throw badRequest('decoded object cannot be converted to DeleteOptions')
  }
  const apiVersion = headField(expected, value, 'apiVersion', bytes)
  if (!['v1', 'meta.k8s.io/v1', resource.apiVersion].includes(apiVersion)) {
    throw badRequest(
      `no kind "DeleteOptions" is registered for version ${JSON.stringify(apiVersion)} in this group`,
    )
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
