import { badRequest, type StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { summarize } from './body-summary.ts'
import { customResourceDefinition } from './protobuf/apiextensions.ts'
import { scale } from './protobuf/autoscaling.ts'
import { configMap, coreEvent, event, lease, namespace, secret } from './protobuf/core.ts'
import { bytes, type Fields, kept, message, readMessage } from './protobuf/message.ts'
import { deleteOptions } from './protobuf/meta.ts'
import {
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from './protobuf/reviews.ts'
import { MalformedProtobuf, WireReader } from './protobuf/wire.ts'

/** Every kind that can be sent in protobuf, by apiVersion and kind. */
const kinds: Readonly<Record<string, Fields>> = {
  'v1 Namespace': namespace,
  'v1 Secret': secret,
  'v1 ConfigMap': configMap,
  'v1 Event': coreEvent,
  'events.k8s.io/v1 Event': event,
  'coordination.k8s.io/v1 Lease': lease,
  'authentication.k8s.io/v1 SelfSubjectReview': selfSubjectReview,
  'authentication.k8s.io/v1 TokenReview': tokenReview,
  'authorization.k8s.io/v1 SelfSubjectAccessReview': selfSubjectAccessReview,
  'authorization.k8s.io/v1 SubjectAccessReview': subjectAccessReview,
  'authorization.k8s.io/v1 LocalSubjectAccessReview': subjectAccessReview,
  'authorization.k8s.io/v1 SelfSubjectRulesReview': selfSubjectRulesReview,
  'apiextensions.k8s.io/v1 CustomResourceDefinition': customResourceDefinition,
  'autoscaling/v1 Scale': scale,
}

/** What a body should hold: fills in a missing head, and is named in errors. */
export interface ExpectedObject {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * The object inside a protobuf body: `k8s` and a zero byte, then a `runtime.Unknown` with the head and the message.
 * Byte fields come out as base64, times as RFC 3339, and fields that Go leaves out when empty are left out.
 * Throws a StatusError (400) for everything else, and TooManyValuesError.
 */
export function decodeProtobuf(
  body: Uint8Array,
  expected?: ExpectedObject,
  maxValues = Number.POSITIVE_INFINITY,
): KubernetesObject {
  let head: ExpectedObject | undefined
  try {
    const envelope = readEnvelope(body)
    head = envelope.head(expected)
    const fields = kinds[`${head.apiVersion} ${head.kind}`]
    if (!fields) throw notRegistered(head)
    return {
      ...head,
      ...readMessage(new WireReader(envelope.raw, { maxValues, left: maxValues }), fields, head.kind),
    } as unknown as KubernetesObject
  } catch (error) {
    if (error instanceof MalformedProtobuf) throw refusal(error.message, body, head, expected)
    throw error
  }
}

/** DeleteOptions, which every group has. What they are not is told without saying what they ought to be. */
export function decodeDeleteOptions(
  body: Uint8Array,
  maxValues = Number.POSITIVE_INFINITY,
): Record<string, unknown> {
  try {
    const envelope = readEnvelope(body)
    const head = envelope.head({ apiVersion: 'v1', kind: 'DeleteOptions' })
    if (head.kind !== 'DeleteOptions') throw notRegistered(head)
    return {
      ...head,
      ...readMessage(new WireReader(envelope.raw, { maxValues, left: maxValues }), deleteOptions, head.kind),
    }
  } catch (error) {
    if (error instanceof MalformedProtobuf) throw badRequest(error.message)
    throw error
  }
}

function notRegistered({ apiVersion, kind }: ExpectedObject): MalformedProtobuf {
  const [named, version] = [kind, apiVersion].map((text) => JSON.stringify(text))
  return new MalformedProtobuf(
    `no kind ${named} is registered for version ${version} in scheme "pkg/runtime/scheme.go:110"`,
  )
}

interface Envelope {
  head(expected: ExpectedObject | undefined): ExpectedObject
  readonly raw: Uint8Array
}

/** The envelope has two fields, whatever is in them. */
const unbounded = { maxValues: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY }

const magic = [0x6b, 0x38, 0x73, 0x00]

const typeMeta: Fields = { 1: ['apiVersion', kept.text], 2: ['kind', kept.text] }

/** What the message inside is written in is not looked at. */
const unknown: Fields = {
  1: ['typeMeta', message(typeMeta)],
  2: ['raw', bytes],
  3: ['contentEncoding', kept.text],
  4: ['contentType', kept.text],
}

function readEnvelope(body: Uint8Array): Envelope {
  if (body.length === 0) throw new MalformedProtobuf('empty data')
  if (magic.some((byte, index) => body[index] !== byte)) {
    throw new MalformedProtobuf(
      `provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`,
    )
  }
  if (body.length === magic.length) throw new MalformedProtobuf('empty body')
  const { raw = '', typeMeta: sent = {} } = readMessage(
    new WireReader(body, unbounded, magic.length),
    unknown,
    'Unknown',
  ) as {
    raw?: string
    typeMeta?: Partial<ExpectedObject>
  }
  return {
    raw: Buffer.from(raw, 'base64'),
    head(expected) {
      const apiVersion = sent.apiVersion || expected?.apiVersion
      const kind = sent.kind || expected?.kind
      if (!kind) throw new MalformedProtobuf("Object 'Kind' is missing")
      if (!apiVersion) throw new MalformedProtobuf("Object 'apiVersion' is missing")
      return { apiVersion, kind }
    },
  }
}

/** In the words of a real server, which depend on whether the head could be read. */
function refusal(
  fault: string,
  body: Uint8Array,
  head: ExpectedObject | undefined,
  expected: ExpectedObject | undefined,
): StatusError {
  if (!expected) return badRequest(fault)
  if (head) {
    const version = head.apiVersion.slice(head.apiVersion.indexOf('/') + 1)
    return badRequest(
      `${head.kind} in version "${version}" cannot be handled as a ${expected.kind}: ${fault}`,
    )
  }
  return badRequest(
    `the object provided is unrecognized (must be of type ${expected.kind}): ${fault} (${summarize(body)})`,
  )
}
