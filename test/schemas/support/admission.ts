import { formatFieldError } from '../../../src/apimachinery/field-error.ts'
import type { KubernetesObject } from '../../../src/apimachinery/object.ts'
import type { AdmissionClient, AdmissionRequest } from '../../../src/registry/admission.ts'
import { applyDefaults } from '../../../src/registry/defaulting.ts'
import { type Authorize, type Kind, preferredResource, storageVersion } from '../../../src/registry/kind.ts'
import type { Parent } from '../../../src/registry/registry.ts'

/** Objects that admission sees around the one in question. */
export interface Surroundings {
  readonly objects?: readonly (readonly [Kind, readonly KubernetesObject[]])[]
  readonly authorize?: Authorize
  readonly parent?: Parent
  readonly groups?: readonly string[]
  readonly userUid?: string
  readonly dryRun?: boolean
  readonly apiVersion?: string
}

export interface Created {
  readonly kind: string
  readonly object: KubernetesObject
}

const allowAll: Authorize = async () => ({ allowed: true, reason: '' })

function clientOf({ objects = [] }: Surroundings, created: Created[]): AdmissionClient {
  const all = <U extends KubernetesObject>(kind: Kind<U>): U[] =>
    objects.flatMap(([each, some]) => (each.names.kind === kind.names.kind ? (some as readonly U[]) : []))
  return {
    get: async (kind, key) =>
      all(kind).find(({ metadata }) => metadata.name === key.name && metadata.namespace === key.namespace),
    list: async (kind, options = {}) =>
      all(kind).filter(
        ({ metadata }) => options.namespace === undefined || metadata.namespace === options.namespace,
      ),
    create: async (kind, object) => {
      created.push({ kind: kind.names.kind, object })
      return object
    },
  }
}

/** Runs an object through the admission of its kind, as the registry does; faults come as `path: message`. */
export async function admit<T extends KubernetesObject>(
  kind: Kind<T>,
  object: T,
  surroundings: Surroundings = {},
  old?: T,
): Promise<{ faults: string[]; types: string[]; object: T; created: Created[] }> {
  const created: Created[] = []
  const draft = structuredClone(object)
  const request = requestOf(kind as unknown as Kind, draft, surroundings, created, old ? 'update' : 'create')
  const admission = kind.admission
  const facts = await admission?.gather?.(request)
  const schema = storageVersion(kind as unknown as Kind).schema()
  applyDefaults(schema, draft)
  admission?.mutate?.(draft, old, request, facts)
  admission?.stamp?.(draft, old)
  const faults = admission?.validate?.(draft, old, request, facts) ?? []
  if (old === undefined && faults.length === 0) await admission?.afterCreate?.(draft, request)
  return {
    faults: faults.map(formatFieldError),
    types: faults.map(({ type }) => type),
    object: draft,
    created,
  }
}

export async function admitDelete<T extends KubernetesObject>(
  kind: Kind<T>,
  old: T,
  surroundings: Surroundings = {},
): Promise<void> {
  const request = requestOf(kind as unknown as Kind, old, surroundings, [], 'delete')
  const facts = await kind.admission?.gather?.(request)
  kind.admission?.validateDelete?.(old, request, facts)
}

function requestOf(
  kind: Kind,
  object: KubernetesObject,
  surroundings: Surroundings,
  created: Created[],
  operation: AdmissionRequest['operation'],
): AdmissionRequest {
  const { parent, groups = ['system:authenticated'], userUid = 'developer' } = surroundings
  const user = { name: 'developer@example.com', uid: userUid, groups }
  return {
    operation,
    context: { plane: 'root', user, ...(parent ? { parent } : {}) },
    kind,
    apiVersion: surroundings.apiVersion ?? preferredResource(kind).apiVersion,
    key: { namespace: object.metadata.namespace, name: object.metadata.name },
    subresource: undefined,
    dryRun: surroundings.dryRun ?? false,
    object: operation === 'create' ? object : undefined,
    client: clientOf(surroundings, created),
    authorize: surroundings.authorize ?? allowAll,
    user,
  }
}
