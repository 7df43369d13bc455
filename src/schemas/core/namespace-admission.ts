import { cloneJson } from '../../apimachinery/clone.ts'
import { forbidden } from '../../apimachinery/errors.ts'
import type { Admission } from '../../registry/admission.ts'
import { withoutNulls } from './absent-values.ts'
import type { NamespaceObject } from './namespace.ts'
import { immortalNamespaces, kubernetesFinalizer, namespaceNameLabel } from './namespace-lifecycle.ts'

/**
 * A namespace begins Active, with the finalizer that waits for its contents; afterwards `spec.finalizers` moves only
 * through `/finalize`, and deletion alone makes it Terminating.
 */
export const namespaceAdmission: Admission<NamespaceObject> = {
  mutate(namespace) {
    withoutNulls(namespace)
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
  /** The namespaces that stay are refused before anybody looks whether they are there. */
  async gather({ operation, key: { name } }) {
    if (operation === 'delete' && immortalNamespaces.has(name)) {
      throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted')
    }
  },
}
