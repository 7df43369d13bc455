import { deepEqual } from '../apimachinery/equality.ts'
import type { JsonObject, KubernetesObject, ManagedFieldsEntry } from '../apimachinery/object.ts'
import type { AdmissionRequest } from './admission.ts'
import { bookedVersions, zeroValueOf } from './kind.ts'
import { trackUpdate } from './managed-fields.ts'
import type { Asked, Preparation } from './preparation.ts'
import { hasStatus, storedDefinition } from './stored-form.ts'
import { mergeTypeOf } from './structured-merge/merge-type.ts'
import { describeFaults } from './structured-merge/validate-object.ts'

/** The books as a write leaves them, in the spelling in which it came. */
export function track(
  preparation: Asked & Partial<Preparation>,
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  entries: readonly ManagedFieldsEntry[] | undefined,
): ManagedFieldsEntry[] {
  const { resource } = preparation
  const { conversion, definition, apiVersion } = resource
  const spelled = (object: KubernetesObject | undefined) =>
    object && conversion ? conversion.fromStored(object) : object
  return trackUpdate({
    schema: definition.schema(),
    before: spelled(before),
    zeroValue: zeroValueOf(resource),
    after: conversion ? conversion.fromStored(after) : after,
    entries: entries ?? [],
    manager: preparation.manager,
    apiVersion,
    servesVersion: bookedVersions(resource),
    subresource: preparation.request?.subresource,
    hasStatusSubresource: hasStatus(resource),
    time: preparation.time,
  })
}

/** Enters the books into the object that is stored; no books are no field. */
export function keepBooks({ metadata }: KubernetesObject, books: readonly ManagedFieldsEntry[]): void {
  if (books.length > 0) metadata.managedFields = [...books]
  else delete metadata.managedFields
}

/** The object as the books see it: of a write of the status too, the metadata that was sent. */
export function bookedForm(
  object: KubernetesObject,
  { metadata }: KubernetesObject,
  { subresource, kind }: AdmissionRequest,
): KubernetesObject {
  return subresource === 'status' && !kind.subresourcesReplaceMetadata
    ? { ...object, metadata }
    : { ...object }
}

/**
 * What comes through a door that it cannot pass (a status with the object, a spec with the status) is not kept; where it
 * does not fit the schema, the books are lost over it.
 */
export function isUnbookable(
  draft: KubernetesObject,
  old: KubernetesObject | undefined,
  { resource, request }: Preparation,
): boolean {
  const left = request.subresource === 'status' ? 'spec' : 'status'
  if (!hasStatus(resource) || request.subresource === 'finalize') return false
  const part = draft[left]
  if (part === undefined || deepEqual(part, old?.[left])) return false
  const type = mergeTypeOf(storedDefinition(resource).schema())
  return describeFaults(type, { [left]: part } as JsonObject) !== undefined
}
