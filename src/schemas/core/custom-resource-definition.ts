import type { KubernetesObject } from '../../apimachinery/object.ts'
import { pruneDefinitionSchemas } from '../../registry/custom-resource-definition-validation.ts'
import type { Kind } from '../../registry/kind.ts'
import { textColumn } from '../columns.ts'
import {
  atomicList,
  boolean,
  dateTime,
  int32,
  int64,
  keyedList,
  object,
  optional,
  plainText,
  type Static,
  text,
} from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { customResourceDefinitionAdmission } from './custom-resource-definition-admission.ts'
import { beginDefinitionDeletion } from './custom-resource-definition-deletion.ts'
import { jsonSchemaProps } from './json-schema-props.ts'

function names(description: string) {
  return object(description, {
    kind: text('The kind, in CamelCase: `CronTab`.'),
    listKind: optional(text('The kind of a list; left out, the kind with `List` behind it.')),
    plural: text('The name in URLs, in lower case: `crontabs`.'),
    singular: optional(text('The name of one object on the command line; left out, the kind in lower case.')),
    shortNames: optional(atomicList('Shorter names for the command line.', plainText())),
    categories: optional(atomicList('Groups of kinds that are listed together, such as `all`.', plainText())),
  })
}

function printerColumn() {
  return object('One column after the name.', {
    name: text('The heading of the column.'),
    type: text('`string`, `integer`, `number`, `boolean` or `date`.'),
    format: optional(text('How the value is to be read, such as `int32`.')),
    description: optional(text('What the column shows.')),
    priority: optional(int32('0 is always shown, more only in wide tables.')),
    jsonPath: text('Where the value is, such as `.spec.replicas`.'),
  })
}

function subresources() {
  return object('Parts of the object with URLs of their own.', {
    status: optional(object('`/status`: `status` can then be changed only there.', {})),
    scale: optional(
      object('`/scale`: how many copies there are, for autoscalers and `kubectl scale`.', {
        specReplicasPath: text('Where the wanted number is, such as `.spec.replicas`.'),
        statusReplicasPath: text('Where the present number is, such as `.status.replicas`.'),
        labelSelectorPath: optional(text('Where the selector of the copies is, as text.')),
      }),
    ),
  })
}

function version() {
  return object('One version.', {
    name: text('The name of the version, such as `v1alpha1`.'),
    served: boolean('Whether there are URLs for this version.'),
    storage: boolean('Whether objects are stored in this version; true for exactly one.'),
    deprecated: optional(boolean('Whether clients are warned that they should use another version.')),
    deprecationWarning: optional(text('What they are told; left out, a sentence is made.')),
    schema: optional(
      object('What objects of this version look like.', {
        openAPIV3Schema: optional(jsonSchemaProps('The schema of the whole object.')),
      }),
    ),
    subresources: optional(subresources()),
    additionalPrinterColumns: optional(atomicList('What tables show; left out, the age.', printerColumn())),
    selectableFields: optional(
      atomicList(
        'Fields by which lists can be narrowed; at most 8.',
        object('One field.', { jsonPath: text('Where the field is, such as `.spec.color`.') }),
      ),
    ),
  })
}

function conversion() {
  return object('How objects are brought from one version to another.', {
    strategy: text('`None`: only `apiVersion` changes. `Webhook` is not served here.'),
    webhook: optional(
      object('Who converts, where the strategy is `Webhook`.', {
        conversionReviewVersions: atomicList(
          'The versions of ConversionReview that are understood.',
          plainText(),
        ),
        clientConfig: optional(
          object('Where the webhook is.', {
            url: optional(text('The URL of the webhook.')),
            caBundle: optional(
              text('The certificate authority of the webhook, in base64.', { format: 'byte' }),
            ),
            service: optional(
              object('The service that serves the webhook.', {
                namespace: text('The namespace of the service.'),
                name: text('The name of the service.'),
                path: optional(text('The path of the URL.')),
                port: optional(int32('The port of the service.')),
              }),
            ),
          }),
        ),
      }),
    ),
  })
}

function spec() {
  return object('What the kind is.', {
    group: text('The API group of the kind, such as `stable.example.com`.'),
    names: names('What the kind is called.'),
    scope: text('`Namespaced` or `Cluster`.'),
    versions: atomicList('The versions of the kind.', version()),
    conversion: optional(conversion()),
    preserveUnknownFields: optional(boolean('Must be false: the schema decides.')),
  })
}

function condition() {
  return object('One thing that was observed about the definition.', {
    type: text('What is observed: `NamesAccepted`, `Established`, `NonStructuralSchema`, `Terminating`.'),
    status: text('Whether it holds: `True`, `False` or `Unknown`.'),
    reason: optional(text('Why, as one CamelCase word.')),
    message: optional(text('Why, in a sentence for people.')),
    lastTransitionTime: optional(dateTime('When `status` last changed from one value to another.')),
    observedGeneration: optional(int64('The `metadata.generation` that this was observed of.')),
  })
}

function status() {
  return object('Whether the kind is served, and under which names.', {
    conditions: optional(
      keyedList('What was observed of the definition.', ['type'], condition(), { nullable: true }),
    ),
    acceptedNames: optional(names('The names under which the kind is served.')),
    storedVersions: optional(atomicList('The versions in which objects have ever been stored.', plainText())),
    observedGeneration: optional(int64('The `metadata.generation` that the status was made from.')),
  })
}

export interface CustomResourceDefinitionObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

/** On the root: the kind is served on every plane. On a project: there alone. */
export const CustomResourceDefinition: Kind<CustomResourceDefinitionObject> = {
  group: 'apiextensions.k8s.io',
  names: {
    kind: 'CustomResourceDefinition',
    listKind: 'CustomResourceDefinitionList',
    plural: 'customresourcedefinitions',
    singular: 'customresourcedefinition',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
  },
  scope: 'Cluster',
  planes: ['root', 'project'],
  origin: 'core',
  generation: true,
  unconditionalUpdate: false,
  beginDeletion: (definition, time) => beginDefinitionDeletion(definition, time),
  admission: customResourceDefinitionAdmission,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      zeroValue: {
        metadata: { name: '' },
        spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
        status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
      } as unknown as KubernetesObject,
      pruneNested: pruneDefinitionSchemas,
      schema: onFirstUse(() =>
        objectSchema('Adds a kind of your own.', { spec: spec(), status: optional(status()) }),
      ),
      columns: [textColumn('Created At', '.metadata.creationTimestamp')],
      subresources: { status: true },
    },
  ],
}
