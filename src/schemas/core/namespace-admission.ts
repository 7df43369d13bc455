import { cloneJson } from '../../apimachinery/clone.ts'
import { forbidden } from '../../apimachinery/errors.ts'
import { type FieldError, invalid } from '../../apimachinery/field-error.ts'
import { checkFinalizerDomain, checkQualifiedName } from '../../apimachinery/names.ts'
import type { Admission } from '../../registry/admission.ts'
import type { NamespaceObject } from './namespace.ts'
import { immortalNamespaces, kubernetesFinalizer, namespaceNameLabel } from './namespace-lifecycle.ts'

/**
 * A namespace begins Active, with the finalizer that waits for its contents; afterwards `spec.finalizers` moves only
 * through `/finalize`, and deletion alone makes it Terminating.
 */
export const namespaceAdmission: Admission<NamespaceObject> = {
  mutate(namespace) {
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      [namespaceNameLabel]: namespace.metadata.name,
    }
  },
  stamp(namespace, old) {
    if (old === undefined) {
      const sent: unknown = namespace.spec?.finalizers
      const finalizers: string[] = Array.isArray(sent) ? sent : []
      namespace.spec = {
        finalizers: finalizers.includes(kubernetesFinalizer)
          ? finalizers
          : [...finalizers, kubernetesFinalizer],
      }
      namespace.status = { phase: 'Active' }
    } else if (old.spec === undefined) {
      delete namespace.spec
    } else {
      namespace.spec = cloneJson(old.spec)
    }
  },
  validate(namespace, old) {
    return old === undefined ? checkFinalizers(namespace, () => 'spec.finalizers') : []
  },
  validateStatus(namespace, _old, { subresource }) {
    return subresource === 'finalize'
      ? checkFinalizers(namespace, (index) => `spec.finalizers[${index}]`)
      : checkPhase(namespace)
  },
  /** The namespaces that stay are refused before anybody looks whether they are there. */
  async gather({ operation, key: { name } }) {
    if (operation === 'delete' && immortalNamespaces.has(name)) {
      throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted')
    }
  },
}

function checkFinalizers({ spec }: NamespaceObject, pathOf: (index: number) => string): FieldError[] {
  return (spec?.finalizers ?? []).flatMap((finalizer, index) => {
    const messages = [...checkQualifiedName(finalizer), ...checkFinalizerDomain(finalizer)]
    return messages.map((message) => invalid(pathOf(index), finalizer, message))
  })
}

/** The phase follows from the deletion, and nothing else. */
function checkPhase({ metadata, status }: NamespaceObject): FieldError[] {
  const phase = status?.phase ?? ''
  if (metadata.deletionTimestamp === undefined) {
    if (phase === 'Active') return []
    return [invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")]
  }
  if (phase === 'Terminating') return []
  return [invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")]
}
