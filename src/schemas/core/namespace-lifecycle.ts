/** The finalizer of `spec.finalizers` that keeps a namespace until everything in it is gone. */
export const kubernetesFinalizer = 'kubernetes'

/** The label that every namespace carries, with its own name as value. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name'

/** The namespaces that a real server refuses to delete. */
export const immortalNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])
