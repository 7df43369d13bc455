import { forbidden } from '../../apimachinery/errors.ts'
import {
  builtInAnnotation,
  isUnchanged,
  rootIdentity,
} from '../../registry/custom-resource-definition-validation.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'

/** Keeps a definition until its instances are gone, on every plane where it is served. */
const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * A definition that only shows what is served without it cannot be deleted. One that a user has changed can: what it
 * showed before is then served, and shown, again.
 */
export function refuseProvidedDefinitions(definition: CustomResourceDefinitionObject): void {
  if (!isUnchanged(definition)) return
  const isOfRoot = definition.metadata.annotations?.[builtInAnnotation]?.startsWith(rootIdentity)
  const detail = isOfRoot
    ? 'the kind is defined on the root, for every control plane; its definition can be deleted there'
    : 'the kind is built in, and served whether or not there is a definition of it'
  const resource = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }
  throw forbidden(resource, definition.metadata.name, detail)
}

/** What a deletion writes: from now on nothing new is taken, and what is there goes before the definition does. */
export function beginDefinitionDeletion(definition: CustomResourceDefinitionObject, time: string): void {
  const { metadata } = definition
  if (metadata.annotations?.[builtInAnnotation] !== undefined) return
  const finalizers = metadata.finalizers ?? []
  if (!finalizers.includes(cleanupFinalizer)) metadata.finalizers = [...finalizers, cleanupFinalizer]
  const others = (definition.status?.conditions ?? []).filter(({ type }) => type !== 'Terminating')
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: time,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  definition.status = {
    ...definition.status,
    conditions: [...others, terminating],
  } as NonNullable<CustomResourceDefinitionObject['status']>
}
