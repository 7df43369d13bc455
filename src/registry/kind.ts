import type { GroupResource } from '../apimachinery/errors.ts'
import { formatGroupVersion, type JsonValue, type KubernetesObject } from '../apimachinery/object.ts'
import type { Admission } from './admission.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Everything static about a kind: its names, where it lives, its versions with schema and columns, its manners.
 * Ours are constants in `src/schemas`; a user's are made from a CustomResourceDefinition. The type parameter is the
 * TypeScript type of the object; it exists only for the compiler.
 */
export interface Kind<T extends KubernetesObject = KubernetesObject> {
  /** Carries `T` for the compiler; never set. */
  readonly object?: T
  /** The API group under which objects are stored; the core group is the empty string. */
  readonly group: string
  readonly names: KindNames
  readonly scope: 'Namespaced' | 'Cluster'
  /** At least one; exactly one has `storage: true`. In order of preference, the preferred one first. */
  readonly versions: readonly KindVersion[]
  /** Further group versions under which the same stored objects are served. */
  readonly aliases?: readonly KindAlias[]
  /** On which sort of control plane it is served. */
  readonly planes: readonly PlaneSort[]
  /**
   * `core`: a kind that a real server has compiled in (strategic merge patch, protobuf bodies, no `generation`).
   * `custom`: behaves as a custom resource.
   */
  readonly origin: 'core' | 'custom'
  /** What a name must be. Default: a DNS-1123 subdomain. */
  readonly nameFormat?: 'subdomain' | 'label'
  /**
   * The revision of the definition that a user has made or changed: what was stored before it is read as its schema
   * has it.
   */
  readonly definedAt?: number
  /** Set while the definition of the kind is being deleted: nothing new is taken. */
  readonly isTerminating?: boolean
  /** Whether `metadata.generation` is kept. Default: true for `custom`, false for `core`. */
  readonly generation?: boolean
  /** What else must be gone from an object before it is, beside `metadata.finalizers` (a Namespace's `spec.finalizers`). */
  pendingFinalizers?(object: T): readonly string[]
  /** Marks an object whose deletion begins (a Namespace's phase). Pure; works on a draft. */
  beginDeletion?(object: T, time: string): void
  /**
   * Set where the store of the kind sees to its deletion itself (Namespaces): there is no grace, and what has begun is
   * left alone until nothing pends.
   */
  readonly ownDeletion?: boolean
  /** Whether writes through subresources replace the metadata as well, as those of Namespaces do. Default false. */
  readonly subresourcesReplaceMetadata?: boolean
  /** Whether an update may leave out the `resourceVersion` it is based on. Default: false for `custom`, true for `core`. */
  readonly unconditionalUpdate?: boolean
  /** Whether a PUT to a name that does not exist creates the object (Leases, Events). Default false. */
  readonly createOnUpdate?: boolean
  /** What is decided in code, beyond the schema. */
  readonly admission?: Admission<T>
  /**
   * A kind that is asked and answered but never stored (reviews). Only `create` is served; this is the answer.
   */
  readonly answer?: (object: KubernetesObject, request: AnswerRequest) => Promise<KubernetesObject>
}

export type PlaneSort = 'root' | 'project'

export interface KindNames {
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

export interface KindVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  /** The schema of the whole object. Made on first use, so that an unused kind costs nothing at start. */
  readonly schema: () => StructuralSchema
  /** Printer columns after the name, as `kubectl get` shows them. */
  readonly columns: readonly PrinterColumn[]
  /** Fields usable in field selectors beyond `metadata.name` and `metadata.namespace`: `spec.userRef.name`. */
  readonly selectableFields?: readonly string[]
  /** How a selectable field is read off the stored object where its name is not its path (an Event's `source`). */
  readonly selectableValues?: Readonly<Record<string, (stored: KubernetesObject) => string>>
  /**
   * Cells that a path cannot say (how many keys a Secret has), for the stored object, one per column in order;
   * `undefined` leaves a cell to the column's `jsonPath`. `now` is in milliseconds since 1970.
   */
  cells?(stored: KubernetesObject, now: number): readonly (JsonValue | undefined)[]
  /**
   * Core kinds only: what Go calls the type of a field, by its path, where that is neither the field with a capital
   * nor `spec` or `status` behind the kind; `MicroTime` for times to the microsecond. Decoding errors name it.
   */
  readonly typeNames?: Readonly<Record<string, string>>
  /**
   * Core kinds only: which fields Go points to, by path, so that an empty text or a zero in them is a value. Where this
   * is set, objects are written as Go writes them: other fields are left out when they say nothing.
   */
  readonly pointers?: readonly string[]
  /**
   * Core kinds only: what a typed server writes of an object of which nothing was said. Nobody owns what is in it, and
   * empty texts and objects in it are shown with every object.
   */
  readonly zeroValue?: KubernetesObject
  /** Drops in place what the schema cannot tell to be unknown, because it nests without end, and returns the paths. */
  readonly pruneNested?: (object: KubernetesObject) => string[]
  /**
   * How the kind itself looks at the metadata of an update, after everybody's look at it: what it finds is told again.
   * `domains`: it also asks for domains of finalizers, from the first day. Default: `update` alone.
   */
  readonly metadataChecks?: readonly ('update' | 'whole' | 'domains')[]
  /** Whether tables begin with a column `Name` before `columns`. Default true; Events have it last. */
  readonly nameColumn?: boolean
  readonly subresources?: {
    readonly status?: boolean
    readonly scale?: ScaleSubresource
    /** `namespaces/finalize`. */
    readonly finalize?: boolean
  }
}

export interface ScaleSubresource {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description?: string
  /** Kubernetes' JSONPath dialect, e.g. `.status.conditions[?(@.type=="Ready")].status`. */
  readonly jsonPath: string
  /** 0 is always shown; greater only with `-o wide`. Default 0. */
  readonly priority?: number
}

/** Another spelling of a kind: `version` of `group` serves the objects with the schema of `of` (a version of the kind). */
export interface KindAlias {
  readonly group: string
  readonly version: string
  readonly of: string
  /** Present where the spelling has fields of its own (`events.k8s.io/v1` beside `v1`); absent: only the head differs. */
  readonly conversion?: Conversion
  /** The schema, columns and selectable fields of the spelling, where it has a `conversion`. */
  readonly definition?: KindVersion
}

/** Between an object as stored and as a spelling shows it. Pure; heads are not concerned. */
export interface Conversion {
  fromStored(object: KubernetesObject): KubernetesObject
  toStored(object: KubernetesObject): KubernetesObject
}

export interface AnswerRequest {
  readonly user: Caller
  readonly namespace: string | undefined
  /** RFC 3339: when the question arrived. */
  readonly time: string
  readonly authorize: Authorize
}

/** Who is calling. */
export interface Caller {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What the caller wants to do, in the terms of a SubjectAccessReview. */
export interface AccessAttributes {
  readonly verb: string
  readonly group?: string
  readonly version?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** For URLs that name no resource. */
  readonly path?: string
}

export type Authorize = (
  user: Caller,
  attributes: AccessAttributes,
) => Promise<{ allowed: boolean; reason: string }>

/** A kind under one of its spellings: what a URL or an `apiVersion` and `kind` name. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  readonly kind: Kind<T>
  /** The group and version of the URL. */
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly definition: KindVersion
  readonly conversion?: Conversion
}

/** The resources that one control plane serves at one moment. Immutable: a new set is made when a CRD changes. */
export interface KindSet {
  /** The resource that a URL names, if it is served. */
  find(group: string, version: string, plural: string): Resource | undefined
  /** The resource that an object's head names, if it is served. */
  findByKind(apiVersion: string, kind: string): Resource | undefined
  /** Every group with its versions in order of preference, and the resources of each: what discovery tells. */
  readonly groups: readonly ServedGroup[]
  /** Every kind once, however many spellings it has. */
  readonly kinds: readonly Kind[]
  /** Differs between any two sets of different content; discovery and OpenAPI are cached by it. */
  readonly hash: string
}

export interface ServedGroup {
  readonly name: string
  readonly versions: readonly { readonly version: string; readonly resources: readonly Resource[] }[]
}

/** The group and plural under which a kind's objects are stored. */
export function groupResource(kind: Kind): GroupResource {
  return { group: kind.group, resource: kind.names.plural }
}

/** What a CustomResourceDefinition of the kind is called. */
export function definitionName({ group, names }: Kind): string {
  return `${names.plural}.${group}`
}

/**
 * Which versions the books of an object may name after a write. Where a kind has spellings with fields of their own,
 * nobody translates the books of one into another: only those of the spelling written in are kept, as on a real server.
 */
export function bookedVersions({ kind, apiVersion }: Resource): ((version: string) => boolean) | undefined {
  const isTranslated = kind.aliases?.some(({ conversion }) => conversion !== undefined) ?? false
  return isTranslated ? (version) => version === apiVersion : undefined
}

/** What is there of an object of which nothing was said, in the spelling of the resource. */
export function zeroValueOf({ kind, conversion }: Resource): KubernetesObject | undefined {
  const { zeroValue } = storageVersion(kind)
  return zeroValue && conversion ? conversion.fromStored(zeroValue) : zeroValue
}

/** The version in which a kind's objects are stored. */
export function storageVersion(kind: Kind): KindVersion {
  const version = kind.versions.find((each) => each.storage)
  if (!version) throw new Error(`kind ${kind.names.kind} has no storage version`)
  return version
}

/** The kind under its own group and preferred version: how code of ours addresses it. */
export function preferredResource<T extends KubernetesObject>(kind: Kind<T>): Resource<T> {
  const definition = kind.versions.find((each) => each.served) ?? storageVersion(kind)
  return {
    kind,
    group: kind.group,
    version: definition.name,
    apiVersion: formatGroupVersion(kind.group, definition.name),
    definition,
  }
}

/**
 * The same as a plane serves it: a definition there may have given the kind a newer schema, by which what is read,
 * pruned and validated is other than what code of ours was written for.
 */
export function servedResource<T extends KubernetesObject>(kinds: KindSet, kind: Kind<T>): Resource<T> {
  const own = preferredResource(kind)
  const served = kinds.find(own.group, own.version, kind.names.plural) as Resource<T> | undefined
  if (served) return served
  // In other versions, it may be: what is known of a kind here can be older than its definition.
  const isOf = ({ group, names }: Kind) => group === kind.group && names.plural === kind.names.plural
  const newer = kinds.kinds.find(isOf) as Kind<T> | undefined
  return newer ? preferredResource(newer) : own
}
