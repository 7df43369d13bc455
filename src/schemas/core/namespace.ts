import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, textColumn } from '../columns.ts'
import { dateTime, keyedList, list, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { namespaceAdmission } from './namespace-admission.ts'

function namespaceCondition() {
  return object('One thing that was observed while the namespace was being emptied.', {
    type: text('What is observed, such as `NamespaceContentRemaining`.'),
    status: text('Whether it holds: `True`, `False` or `Unknown`.'),
    reason: optional(text('Why, as one CamelCase word.')),
    message: optional(text('Why, in a sentence for people.')),
    lastTransitionTime: optional(
      dateTime('When `status` last changed from one value to another.', { nullable: true }),
    ),
  })
}

function status() {
  return object('How far the life of the namespace has come.', {
    phase: optional(text('`Active`, or `Terminating` once the namespace is being deleted.')),
    conditions: optional(
      keyedList('What is left to do before the namespace is gone.', ['type'], namespaceCondition(), {
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'type',
      }),
    ),
  })
}

function spec() {
  return object('What keeps the namespace.', {
    finalizers: optional(
      list('Who has to finish before the namespace is gone; changed through `/finalize` only.', plainText()),
    ),
  })
}

export interface NamespaceObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const Namespace: Kind<NamespaceObject> = {
  group: '',
  names: {
    kind: 'Namespace',
    listKind: 'NamespaceList',
    plural: 'namespaces',
    singular: 'namespace',
    shortNames: ['ns'],
  },
  scope: 'Cluster',
  planes: ['root', 'project'],
  origin: 'core',
  subresourcesReplaceMetadata: true,
  nameFormat: 'label',
  admission: namespaceAdmission,
  pendingFinalizers: (namespace) => namespace.spec?.finalizers ?? [],
  ownDeletion: true,
  beginDeletion: (namespace) => {
    namespace.status = { ...namespace.status, phase: 'Terminating' }
  },
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      zeroValue: { metadata: { name: '' }, spec: {}, status: {} },
      metadataChecks: ['whole', 'update', 'domains'],
      pointers: [],
      typeNames: {
        'spec.finalizers': 'v1.FinalizerName',
        'status.phase': 'v1.NamespacePhase',
        'status.conditions': 'NamespaceCondition',
        'status.conditions.type': 'v1.NamespaceConditionType',
        'status.conditions.status': 'v1.ConditionStatus',
      },
      schema: onFirstUse(() =>
        objectSchema('A place for names: objects of different namespaces may have the same name.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [textColumn('Status', '.status.phase'), ageColumn],
      selectableFields: ['status.phase'],
      subresources: { status: true, finalize: true },
    },
  ],
}
