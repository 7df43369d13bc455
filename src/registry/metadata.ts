import { deepEqual } from '../apimachinery/equality.ts'
import {
  type FieldError,
  forbiddenField,
  invalid,
  required,
  tooLong,
  tooMany,
} from '../apimachinery/field-error.ts'
import { maxOwnedFields } from '../apimachinery/field-set.ts'
import {
  checkAnnotationKey,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkFinalizerDomain,
  checkLabelKey,
  checkLabelValue,
  checkQualifiedName,
  wellKnownFinalizers,
} from '../apimachinery/names.ts'
import type { ObjectMeta, OwnerReference } from '../apimachinery/object.ts'
import { parseGroupVersion } from '../apimachinery/object.ts'

export interface MetadataRules {
  /** What a name must be. */
  readonly nameFormat: 'subdomain' | 'label' | 'pathSegment'
  readonly namespaced: boolean
  /** Compiled-in kinds refuse finalizers without a domain that are not Kubernetes' own. */
  readonly qualifiedFinalizers?: boolean
}

/** Labels or annotations; where their managers are known, these may not own more either. */
const maxEntries = maxOwnedFields
/** How often it is told that there is a controller already: a real server shows all owners each time. */
const maxControllerFaults = 10

/** Annotations may hold 256 KiB altogether, keys and values. */
const annotationSizeLimit = 256 * 1024

const nameChecks = {
  subdomain: checkDns1123Subdomain,
  label: checkDns1123Label,
  pathSegment: checkPathSegment,
} as const

/** What can stand in a URL. */
function checkPathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((each) => name.includes(each)).map((each) => `may not contain '${each}'`)
}

/** Faults of the metadata of a new object. A generated name is already in `name`. */
export function validateMetadataForCreate(
  metadata: ObjectMeta,
  rules: MetadataRules,
  path = 'metadata',
): FieldError[] {
  const errors: FieldError[] = []
  const checkName = nameChecks[rules.nameFormat]
  if (metadata.generateName) {
    for (const message of checkName(maskTrailingDash(metadata.generateName))) {
      errors.push(invalid(`${path}.generateName`, metadata.generateName, message))
    }
  }
  if (metadata.name) {
    for (const message of checkName(metadata.name))
      errors.push(invalid(`${path}.name`, metadata.name, message))
  } else errors.push(required(`${path}.name`, 'name or generateName is required'))
  errors.push(...validateNamespace(metadata.namespace, rules.namespaced, `${path}.namespace`))
  if ((metadata.generation ?? 0) < 0) {
    errors.push(invalid(`${path}.generation`, metadata.generation, 'must be greater than or equal to 0'))
  }
  errors.push(
    ...validateLabels(metadata.labels, `${path}.labels`),
    ...validateAnnotations(metadata.annotations, `${path}.annotations`),
    ...validateOwnerReferences(metadata.ownerReferences, `${path}.ownerReferences`),
    ...validateFinalizers(metadata.finalizers, `${path}.finalizers`),
    ...(rules.qualifiedFinalizers ? validateFinalizerDomains(metadata.finalizers, `${path}.finalizers`) : []),
  )
  return errors
}

/** Finalizers that are neither Kubernetes' own nor have a domain, which compiled-in kinds refuse. */
export function validateFinalizerDomains(
  finalizers: readonly string[] | undefined,
  path = 'metadata.finalizers',
): FieldError[] {
  return (finalizers ?? []).flatMap((finalizer, index) =>
    checkFinalizerDomain(finalizer).map((message) => invalid(`${path}[${index}]`, finalizer, message)),
  )
}

/** Faults of the metadata that is to replace `old`. */
export function validateMetadataForUpdate(
  metadata: ObjectMeta,
  old: ObjectMeta,
  path = 'metadata',
): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp !== undefined) {
    const known = new Set(old.finalizers)
    const added = [...new Set(metadata.finalizers ?? [])].filter((finalizer) => !known.has(finalizer)).sort()
    if (added.length > 0) {
      const shown = added.map((finalizer) => JSON.stringify(finalizer)).join(', ')
      errors.push(
        forbiddenField(
          `${path}.finalizers`,
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
        ),
      )
    }
  }
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(`${path}.generation`, metadata.generation ?? 0, 'must not be decremented'))
  }
  for (const field of immutableFields) {
    if (!deepEqual(metadata[field], old[field])) {
      errors.push(invalid(`${path}.${field}`, metadata[field] ?? absentValue(field), 'field is immutable'))
    }
  }
  errors.push(
    ...validateLabels(metadata.labels, `${path}.labels`),
    ...validateAnnotations(metadata.annotations, `${path}.annotations`),
    ...validateOwnerReferences(metadata.ownerReferences, `${path}.ownerReferences`),
  )
  return errors
}

/** Whether nothing was changed but what the server counts and books itself: no fault can have come in. */
export function isSameMetadata(metadata: ObjectMeta, old: ObjectMeta): boolean {
  for (const field of Object.keys(metadata) as (keyof ObjectMeta)[]) {
    if (!isCountedOrBooked(field) && !deepEqual(metadata[field], old[field])) return false
  }
  for (const field of Object.keys(old)) {
    if (!isCountedOrBooked(field) && !Object.hasOwn(metadata, field)) return false
  }
  return (metadata.generation ?? 0) >= (old.generation ?? 0)
}

function isCountedOrBooked(field: string): boolean {
  return field === 'generation' || field === 'managedFields' || field === 'resourceVersion'
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** Missing strings are shown as empty ones, missing times and numbers as null. */
function absentValue(field: (typeof immutableFields)[number]): '' | null {
  return field === 'name' || field === 'namespace' || field === 'uid' ? '' : null
}

/** The dash that invites a suffix is no fault of a `generateName`. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}

function validateNamespace(namespace: string | undefined, namespaced: boolean, path: string): FieldError[] {
  if (!namespaced) return namespace ? [forbiddenField(path, 'not allowed on this type')] : []
  if (!namespace) return [required(path)]
  return checkDns1123Label(namespace).map((message) => invalid(path, namespace, message))
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  const entries = Object.entries(labels ?? {})
  if (entries.length > maxEntries) return [tooMany(path, entries.length, maxEntries)]
  for (const [key, value] of entries) {
    for (const message of checkLabelKey(key)) errors.push(invalid(path, key, message))
    for (const message of checkLabelValue(value)) errors.push(invalid(path, value, message))
  }
  return errors
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  const entries = Object.entries(annotations ?? {})
  if (entries.length > maxEntries) return [tooMany(path, entries.length, maxEntries)]
  for (const [key, value] of entries) {
    for (const message of checkAnnotationKey(key)) errors.push(invalid(path, key, message))
    size += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (size > annotationSizeLimit) errors.push(tooLong(path, annotationSizeLimit))
  return errors
}

function validateOwnerReferences(owners: readonly OwnerReference[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = []
  let controller: string | undefined
  let controllerFaults = 0
  for (const owner of owners ?? []) {
    errors.push(...validateOwnerReference(owner, path))
    if (owner.controller !== true) continue
    const described = `${owner.kind}/${owner.name}`
    if (controller === undefined) controller = described
    else if (++controllerFaults <= maxControllerFaults) {
      errors.push(
        invalid(
          path,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${described}`,
        ),
      )
    }
  }
  return errors
}

function validateOwnerReference(owner: OwnerReference, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (parseGroupVersion(owner.apiVersion ?? '').version === '') {
    errors.push(invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'))
  }
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!owner[field]) errors.push(invalid(`${path}.${field}`, owner[field] ?? '', 'must not be empty'))
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'))
  }
  return errors
}

function validateFinalizers(finalizers: readonly string[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const finalizer of finalizers ?? []) {
    for (const message of checkQualifiedName(finalizer)) errors.push(invalid(path, finalizer, message))
  }
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return errors
}

/** Texts for `Warning` headers: a finalizer that is new and has no domain. */
export function finalizerWarnings(
  finalizers: readonly string[] | undefined,
  old: readonly string[] | undefined,
): string[] {
  const known = new Set(old)
  return [...new Set(finalizers ?? [])]
    .filter(
      (finalizer) => !known.has(finalizer) && !finalizer.includes('/') && !wellKnownFinalizers.has(finalizer),
    )
    .sort()
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name ${finalizer.includes('.') ? 'including a path (/) ' : ''}to avoid accidental conflicts with other finalizer writers`,
    )
}

/** Faults of the name of a field manager: at most 128 bytes, printable. */
export function validateManager(manager: string, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (Buffer.byteLength(manager) > 128) errors.push(tooLong(path, 128))
  let position = 0
  for (const character of manager) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`))
    }
    position += Buffer.byteLength(character)
  }
  return errors
}
