import type { Step } from './step.ts'

/** A definition with one of everything, in a group of the story's own. */
export function gadgetDefinition(group: string, change: (definition: GadgetDefinition) => void = () => {}) {
  const definition = structuredClone(template)
  definition.metadata.name = `gadgets.${group}`
  definition.spec.group = group
  change(definition)
  return definition
}

export type GadgetDefinition = typeof template

/** The steps after which gadgets of the group can be made. */
export function served(group: string): Step[] {
  return [
    {
      title: 'the definition',
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: gadgetDefinition(group),
    },
    {
      title: 'is served',
      method: 'GET',
      path: `/apis/${group}/v1/namespaces/default/gadgets`,
      until: 200,
    },
  ]
}

export function gadget(group: string, name: string, spec: object = {}, metadata: object = {}) {
  return { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name, ...metadata }, spec }
}

const template = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      plural: 'gadgets',
      singular: 'gadget',
      kind: 'Gadget',
      listKind: 'GadgetList',
      shortNames: ['gd'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        selectableFields: [{ jsonPath: '.spec.color' }],
        additionalPrinterColumns: [
          { name: 'Color', type: 'string', jsonPath: '.spec.color', description: 'How it is painted.' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A thing to try a server on.',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                properties: {
                  color: { type: 'string', enum: ['blue', 'green', 'red'], default: 'blue' },
                  replicas: { type: 'integer', format: 'int32', minimum: 0, default: 1 },
                  note: { type: 'string', maxLength: 20, nullable: true },
                  pattern: { type: 'string', pattern: '^[a-z]+$' },
                  percent: { 'x-kubernetes-int-or-string': true },
                  tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
                  words: { type: 'array', maxItems: 2, items: { type: 'string', minLength: 1 } },
                  options: { type: 'object', additionalProperties: { type: 'boolean' }, maxProperties: 2 },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  since: { type: 'string', format: 'date-time' },
                  ports: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name', 'port'],
                      properties: {
                        name: { type: 'string' },
                        port: { type: 'integer', format: 'int32' },
                        protocol: { type: 'string', default: 'TCP' },
                      },
                    },
                  },
                  fixed: {
                    type: 'string',
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is fixed' }],
                  },
                },
                'x-kubernetes-validations': [
                  {
                    rule: "self.color != 'red' || self.replicas <= 3",
                    message: 'there is paint for three red ones only',
                  },
                ],
              },
              status: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer', format: 'int32' },
                  selector: { type: 'string' },
                  phase: { type: 'string' },
                },
              },
            },
          },
        },
      },
    ],
  },
}
