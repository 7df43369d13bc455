import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import type { KubernetesObject } from '../../src/apimachinery/object.ts'
import {
  byPreference,
  customResourceDefinitionFromKind,
  kindFromCustomResourceDefinition,
} from '../../src/registry/custom-resource-definition.ts'
import { customResourceDefinitionStatus } from '../../src/registry/custom-resource-definition-status.ts'
import { validateCustomResourceDefinition } from '../../src/registry/custom-resource-definition-validation.ts'

interface Spec {
  group: string
  scope: string
  names: Record<string, unknown>
  versions: Record<string, unknown>[]
  [field: string]: unknown
}

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { color: { type: 'string' }, count: { type: 'integer' } } },
    },
  },
}

function definition(change: (spec: Spec) => void = () => {}): KubernetesObject {
  const spec: Spec = {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      kind: 'Widget',
      listKind: 'WidgetList',
      plural: 'widgets',
      singular: 'widget',
      shortNames: ['wd'],
    },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  }
  change(spec)
  const metadata = { name: `${String(spec.names.plural)}.${spec.group}` }
  return { metadata, spec, status: { storedVersions: ['v1'] } }
}

function faults(change: (spec: Spec) => void): string[] {
  return validateCustomResourceDefinition(definition(change)).map(formatFieldError)
}

function version(spec: Spec): Record<string, unknown> {
  return spec.versions[0] as Record<string, unknown>
}

describe('a definition', () => {
  test('is fine when it is plain', () => {
    expect(faults(() => {})).toEqual([])
  })

  test('is named after what it defines', () => {
    const wrong = { ...definition(), metadata: { name: 'other.example.com' } }
    expect(validateCustomResourceDefinition(wrong).map(formatFieldError)).toEqual([
      'metadata.name: Invalid value: "other.example.com": must be spec.names.plural+"."+spec.group',
    ])
  })

  test.each<[string, (spec: Spec) => void, string]>([
    [
      'a group without dot',
      (spec) => {
        spec.group = 'example'
      },
      'spec.group: Invalid value: "example": should be a domain with at least one dot',
    ],
    [
      'another scope',
      (spec) => {
        spec.scope = 'Galaxy'
      },
      'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
    ],
    [
      'a kind in two words',
      (spec) => {
        spec.names.kind = 'Two Words'
      },
      'spec.names.kind: Invalid value: "Two Words": may have mixed case, but should otherwise match: a DNS-1035 label',
    ],
    [
      'a list kind like the kind',
      (spec) => {
        spec.names.listKind = 'Widget'
      },
      'spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
    ],
    [
      'a short name in upper case',
      (spec) => {
        spec.names.shortNames = ['WD']
      },
      'spec.names.shortNames[0]: Invalid value: "WD": a DNS-1035 label',
    ],
    [
      'no storage version',
      (spec) => {
        version(spec).storage = false
      },
      'must have exactly one version marked as storage version',
    ],
    [
      'two versions of one name',
      (spec) => {
        spec.versions.push({ ...version(spec), storage: false })
      },
      'must contain unique version names',
    ],
    [
      'a version name',
      (spec) => {
        version(spec).name = '1'
      },
      'spec.versions[0].name: Invalid value: "1": a DNS-1035 label',
    ],
    [
      'no schema',
      (spec) => {
        delete version(spec).schema
      },
      'spec.versions[0].schema.openAPIV3Schema: Required value',
    ],
    [
      'a schema that is not structural',
      (spec) => {
        version(spec).schema = { openAPIV3Schema: { type: 'object', properties: { a: {} } } }
      },
      'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'a webhook',
      (spec) => {
        spec.conversion = { strategy: 'Webhook' }
      },
      'spec.conversion.strategy: Forbidden: webhooks are not called here',
    ],
    [
      'unknown fields for all',
      (spec) => {
        spec.preserveUnknownFields = true
      },
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
    [
      'a column of no sort',
      (spec) => {
        version(spec).additionalPrinterColumns = [{ name: 'A', type: 'text', jsonPath: '.a' }]
      },
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    ],
    [
      'a column of no path',
      (spec) => {
        version(spec).additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: 'a' }]
      },
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    ],
    [
      'a scale of elsewhere',
      (spec) => {
        version(spec).subresources = {
          scale: { specReplicasPath: '.status.n', statusReplicasPath: '.status.n' },
        }
      },
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
    ],
    [
      'a selectable object',
      (spec) => {
        version(spec).selectableFields = [{ jsonPath: '.spec' }]
      },
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer.',
    ],
    [
      'a selectable nothing',
      (spec) => {
        version(spec).selectableFields = [{ jsonPath: '.spec.size' }]
      },
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.size": is an invalid path',
    ],
    [
      'a selectable field twice',
      (spec) => {
        version(spec).selectableFields = [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.color' }]
      },
      'spec.selectableFields[1].jsonPath: Duplicate value: ".spec.color"',
    ],
  ])('with %s is refused', (_, change, sentence) => {
    const found = faults(change)
    expect(
      found.some((text) => text.includes(sentence)),
      found.join('\n'),
    ).toBe(true)
  })

  test('tells what differs between versions at the version', () => {
    const found = faults((spec) => {
      spec.versions.push({
        name: 'v2',
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } },
      })
    })
    expect(found).toEqual([
      'spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ])
  })

  test('keeps its names once it is served', () => {
    const old = {
      ...definition(),
      status: { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] },
    }
    const next = definition((spec) => {
      spec.scope = 'Cluster'
      spec.names.kind = 'Gadget'
      spec.group = 'example.org'
    })
    expect(
      validateCustomResourceDefinition({ ...next, status: old.status }, old).map(formatFieldError),
    ).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Gadget": field is immutable',
      'spec.group: Invalid value: "example.org": field is immutable',
    ])
  })

  test('keeps the versions in which objects are stored', () => {
    const old = { ...definition(), status: { storedVersions: ['v1'] } }
    const next = {
      ...definition((spec) => {
        version(spec).name = 'v2'
      }),
      status: old.status,
    }
    expect(validateCustomResourceDefinition(next, old).map(formatFieldError)).toEqual([
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
    ])
  })

  test('that was stored with a doubtful schema may change beside it', () => {
    const doubtful = (spec: Spec) => {
      version(spec).schema = { openAPIV3Schema: { type: 'object', properties: { a: {} } } }
    }
    const next = definition((spec) => {
      doubtful(spec)
      spec.names.shortNames = ['w']
    })
    expect(validateCustomResourceDefinition(next, definition(doubtful))).toEqual([])
  })
})

describe('the status of a definition', () => {
  const now = Date.UTC(2026, 10, 23, 8)
  const accepted = (each: KubernetesObject, others: KubernetesObject[] = []) => ({
    ...each,
    status: customResourceDefinitionStatus(each, others, now),
  })

  test('is established at once where the names are free', () => {
    expect(customResourceDefinitionStatus(definition(), [], now)).toEqual({
      acceptedNames: {
        kind: 'Widget',
        listKind: 'WidgetList',
        plural: 'widgets',
        singular: 'widget',
        shortNames: ['wd'],
      },
      conditions: [
        {
          type: 'NamesAccepted',
          status: 'True',
          reason: 'NoConflicts',
          message: 'no conflicts found',
          lastTransitionTime: '2026-11-23T08:00:00Z',
        },
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
          lastTransitionTime: '2026-11-23T08:00:00Z',
        },
      ],
      storedVersions: ['v1'],
    })
  })

  test('is not where a name is taken, and says which', () => {
    const first = accepted(definition())
    const second = definition((spec) => {
      spec.names = { kind: 'Widget', listKind: 'OtherList', plural: 'others', singular: 'other' }
    })
    const status = customResourceDefinitionStatus(second, [first], now)
    expect(
      status.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    ).toEqual([
      ['NamesAccepted', 'False', 'KindConflict', '"Widget" is already in use'],
      ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
    ])
    expect(status.acceptedNames).toEqual({ listKind: 'OtherList', plural: 'others', singular: 'other' })
  })

  test('does not mind names of other groups', () => {
    const other = accepted(
      definition((spec) => {
        spec.group = 'example.org'
      }),
    )
    expect(customResourceDefinitionStatus(definition(), [other], now).conditions?.[0]?.status).toBe('True')
  })

  test('stays established, and keeps its times while nothing turns', () => {
    const first = accepted(definition())
    const again = customResourceDefinitionStatus(first, [], now + 60_000)
    expect(again).toEqual(first.status)
  })

  test('remembers every version in which objects were stored', () => {
    const first = accepted(definition())
    const next = definition((spec) => {
      spec.versions = [
        { ...version(spec), storage: false },
        { name: 'v2', served: true, storage: true, schema },
      ]
    })
    expect(customResourceDefinitionStatus({ ...next, status: first.status }, [], now).storedVersions).toEqual(
      ['v1', 'v2'],
    )
  })
})

describe('the kind of a definition', () => {
  test('has its versions in order of preference', () => {
    const names = ['v1alpha1', 'foo', 'v1', 'v2beta1', 'v10', 'v1beta2', 'bar'].map((name) => ({ name }))
    expect(names.sort(byPreference).map(({ name }) => name)).toEqual([
      'v10',
      'v1',
      'v2beta1',
      'v1beta2',
      'v1alpha1',
      'bar',
      'foo',
    ])
  })

  test('shows the age where no column is declared', () => {
    const kind = kindFromCustomResourceDefinition(definition(), ['project'])
    expect(kind.versions[0]?.columns).toEqual([
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ])
  })

  test('comes back as the definition that it was', () => {
    const whole = definition((spec) => {
      spec.names.categories = ['all']
      Object.assign(version(spec), {
        additionalPrinterColumns: [{ name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 }],
        selectableFields: [{ jsonPath: '.spec.color' }],
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count' },
        },
      })
    })
    const back = customResourceDefinitionFromKind(kindFromCustomResourceDefinition(whole, ['root']))
    expect(back.spec).toEqual({ ...(whole.spec as object), conversion: { strategy: 'None' } })
    expect(back.metadata.name).toBe('widgets.example.com')
  })
})

const folder = new URL('../../../shared/reference/crds/', import.meta.url)

describe.skipIf(!existsSync(folder))(
  'the deployed definitions (skipped where ../shared/reference/crds is not there)',
  () => {
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
    test.each(files)('%s is accepted, and its kind is the same definition', (file) => {
      const deployed = parse(readFileSync(new URL(file, folder), 'utf8')) as KubernetesObject
      const storedVersions = customResourceDefinitionStatus(deployed, [], 0).storedVersions
      const stored = { ...deployed, status: { storedVersions } } as KubernetesObject
      expect(validateCustomResourceDefinition(stored).map(formatFieldError)).toEqual([])
      const kind = kindFromCustomResourceDefinition(deployed, ['project'])
      expect(
        validateCustomResourceDefinition({
          ...customResourceDefinitionFromKind(kind),
          status: stored.status,
        }).map(formatFieldError),
      ).toEqual([])
      expect(
        customResourceDefinitionStatus(deployed, [], 0).conditions?.every(({ status }) => status === 'True'),
      ).toBe(true)
    })
  },
)
