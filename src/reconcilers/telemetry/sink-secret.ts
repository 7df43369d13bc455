import type { Reconciler, WatchedKind } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { Secret, type SecretObject } from '../../schemas/core/secret.ts'
import {
  ExportPolicy,
  type ExportPolicyObject,
  type ExportPolicySpec,
} from '../../schemas/telemetry/export-policy.ts'

export type PolicySink = ExportPolicySpec['sinks'][number]

/** The Secret, in the namespace of the policy, that says as whom a sink is written to. */
export function secretName(sink: PolicySink): string | undefined {
  return sink.target.prometheusRemoteWrite?.authentication?.basicAuth?.secretRef.name
}

/** Why a Secret says no such thing. */
export function secretFault(name: string, secret: SecretObject | undefined): string | undefined {
  if (!secret) return `Secret ${name} does not exist`
  const { type, data = {} } = secret
  if (type !== 'kubernetes.io/basic-auth') return `Secret ${name} is not of type kubernetes.io/basic-auth`
  const missing = ['username', 'password'].find((field) => !Object.hasOwn(data, field))
  return missing && `Secret ${name} has no ${missing}`
}

/** The header `Authorization` (RFC 7617) for a Secret without fault. */
export function basicAuthorization({ data = {} }: SecretObject): string {
  const read = (field: string) => Buffer.from(data[field] ?? '', 'base64')
  const credentials = Buffer.concat([read('username'), Buffer.from(':'), read('password')])
  return `Basic ${credentials.toString('base64')}`
}

/** The part of a reconciler that asks for a pass over a policy when a Secret of one of its sinks changes. */
export function watchSinkSecrets(): Pick<
  Required<Reconciler<ExportPolicyObject>>,
  'observes' | 'watches' | 'forgetPlane'
> {
  const secrets = createReferenceIndex(ExportPolicy, ({ metadata, spec }) =>
    spec.sinks.flatMap((sink) => secretName(sink) ?? []).map((name) => `${metadata.namespace}/${name}`),
  )
  const watched: WatchedKind<SecretObject> = {
    kind: Secret,
    enqueue: ({ metadata: { namespace, name } }, { plane }) => secrets.find(plane, `${namespace}/${name}`),
  }
  return {
    observes: [secrets.observed],
    watches: [watched],
    forgetPlane: (plane) => secrets.forgetPlane(plane),
  }
}
