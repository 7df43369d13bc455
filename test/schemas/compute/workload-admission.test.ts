import { describe, expect, it } from 'vitest'
import { Workload } from '../../../src/schemas/compute/workload.ts'
import { admit } from '../support/admission.ts'
import { type Change, changed, machine, sandbox, twoCities } from '../support/workloads.ts'

const instance = 'spec.template.spec'
const volumes = `${instance}.volumes`
const containers = `${instance}.runtime.sandbox.containers`
const machineVolumes = `${instance}.runtime.virtualMachine.volumeAttachments`
const sshKeys = 'spec.template.annotations[compute.datumapis.com/ssh-keys]'
const disk = (fields: object, name = 'boot') => ({
  name,
  disk: { template: { spec: { type: 'pd-standard', ...fields } } },
})
const image = { image: { name: 'datumcloud/ubuntu-2204-lts' } }
const storage = (size: unknown, fields: object = {}) =>
  disk({ resources: { requests: { storage: size } }, ...fields })
const named = {
  name: 'secret',
  disk: {
    ...storage('10Gi', { populator: { filesystem: { type: 'ext4' } } }).disk,
    deviceName: 'persistent-disk-1',
  },
}
const place = 'spec/template/spec'
const documentedKeys = machine.spec.template.metadata?.annotations?.['compute.datumapis.com/ssh-keys'] ?? ''

type Case = [sentence: string, workload: typeof sandbox, changes: Change[], faults: string[], types: string[]]

function ssh(value: string | undefined): Change {
  return [
    'spec/template/metadata/annotations',
    value === undefined ? {} : { 'compute.datumapis.com/ssh-keys': value },
  ]
}

const cases: Case[] = [
  ['a machine without keys', machine, [ssh(undefined)], [`${sshKeys}: Required value`], ['Required']],
  [
    'a key without a user, in a line of several',
    machine,
    [ssh(`${documentedKeys}nobody`)],
    [`${sshKeys}[1]: Invalid value: "nobody": must be in the format 'username:key'`],
    ['Invalid'],
  ],
  [
    'a key of nobody that is no key',
    machine,
    [ssh(':ssh-ed25519 nonsense')],
    [
      `${sshKeys}[0]: Required value: must provide a username`,
      `${sshKeys}[0]: Invalid value: "ssh-ed25519 nonsense": must be a valid SSH public key`,
    ],
    ['Required', 'Invalid'],
  ],
  [
    'two volumes with one device name',
    sandbox,
    [[`${place}/volumes/0`, named]],
    [`${volumes}[1].disk.deviceName: Duplicate value: "persistent-disk-1"`],
    ['Duplicate'],
  ],
  [
    'a volume with two sources',
    sandbox,
    [[`${place}/volumes/0/configMap`, { name: 'x' }]],
    [`${volumes}[0].secret: Forbidden: may not specify more than 1 volume source`],
    ['Forbidden'],
  ],
  [
    'a volume without a source',
    sandbox,
    [[`${place}/volumes/0`, { name: 'secret' }]],
    [`${volumes}[0]: Required value: must specify a volume source`],
    ['Required'],
  ],
  [
    'a volume that nothing attaches',
    sandbox,
    [[`${place}/volumes/2`, { name: 'loose', secret: { secretName: 'x' } }]],
    [`${volumes}[2].name: Required value: volume must be attached at least 1 time`],
    ['Required'],
  ],
  [
    'a volume whose name is taken',
    sandbox,
    [[`${place}/volumes/2`, { name: 'secret', secret: { secretName: 'x' } }]],
    [`${volumes}[2].name: Duplicate value: "secret"`],
    ['Duplicate'],
  ],
  [
    'a disk of an unknown type',
    machine,
    [[`${place}/volumes/0`, disk({ type: 'pd-ssd', populator: image })]],
    [`${volumes}[0].disk.template.spec.type: Unsupported value: "pd-ssd": supported values: "pd-standard"`],
    ['NotSupported'],
  ],
  [
    'an unknown image, beside the spec where the deployed webhook points',
    machine,
    [[`${place}/volumes/0`, disk({ populator: { image: { name: 'debian' } } })]],
    [
      `${volumes}[0].disk.template.populator.image.name: Unsupported value: "debian": supported values: "datumcloud/ubuntu-2204-lts"`,
    ],
    ['NotSupported'],
  ],
  [
    'an empty disk without a size, mounted and booted from',
    machine,
    [[`${place}/volumes/0`, disk({})]],
    [
      `${volumes}[0].disk.template.spec.resources: Required value: volume resource requests are required when not provided by populator`,
      `${machineVolumes}[0].name: Required value: first volume attachment must be a bootable volume`,
    ],
    ['Required', 'Required'],
  ],
  [
    'resources without requests',
    machine,
    [[`${place}/volumes/0`, disk({ populator: image, resources: {} })]],
    [`${volumes}[0].disk.template.spec.resources.requests: Required value`],
    ['Required'],
  ],
  [
    'requests without storage',
    machine,
    [[`${place}/volumes/0`, disk({ populator: image, resources: { requests: { cpu: 1 } } })]],
    [`${volumes}[0].disk.template.spec.resources.requests[storage]: Required value`],
    ['Required'],
  ],
  [
    'no storage at all, which is all that is said of it',
    machine,
    [[`${place}/volumes/0`, storage('0', { populator: image })]],
    [
      `${volumes}[0].disk.template.spec.resources.requests[storage]: Invalid value: "0": must be greater than zero`,
    ],
    ['Invalid'],
  ],
  [
    'a disk that is too small and no whole number of Gi',
    machine,
    [[`${place}/volumes/0`, storage('1500Mi', { populator: image })]],
    [
      `${volumes}[0].disk.template.spec.resources.requests[storage]: Invalid value: "1500Mi": storage requests must be at least 10Gi`,
      `${volumes}[0].disk.template.spec.resources.requests[storage]: Invalid value: "1500Mi": storage requests must be in increments of 1Gi`,
    ],
    ['Invalid', 'Invalid'],
  ],
  [
    'a disk that is too large',
    machine,
    [[`${place}/volumes/0`, storage('101Gi', { populator: image })]],
    [
      `${volumes}[0].disk.template.spec.resources.requests[storage]: Invalid value: "101Gi": storage requests must not exceed 100Gi`,
    ],
    ['Invalid'],
  ],
  [
    'a disk too small for its image',
    machine,
    [[`${place}/volumes/0`, storage('24Gi', { populator: image })]],
    [
      `${volumes}[0].disk.template.spec.resources.requests[storage]: Invalid value: "24Gi": must be greater than or equal to 25Gi`,
    ],
    ['Invalid'],
  ],
  [
    'a config map without a name, with a wild mode and with items',
    sandbox,
    [[`${place}/volumes/1/configMap`, { name: '', defaultMode: 512, items: [{ key: 'a', path: 'b' }] }]],
    [
      `${volumes}[1].configMap.name: Required value`,
      `${volumes}[1].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive`,
      `${volumes}[1].configMap.items: Forbidden: not implemented`,
    ],
    ['Required', 'Invalid', 'Forbidden'],
  ],
  [
    'an unknown instance type, with requests of its own',
    sandbox,
    [[`${place}/runtime/resources`, { instanceType: 'large', requests: { cpu: '2' } }]],
    [
      `${instance}.runtime.resources: Unsupported value: "large": supported values: "datumcloud/d1-standard-2"`,
      `${instance}.runtime.resources.requests: Forbidden: not implemented`,
    ],
    ['NotSupported', 'Forbidden'],
  ],
  [
    'containers and a machine at once',
    sandbox,
    [[`${place}/runtime/virtualMachine`, { volumeAttachments: [{ name: 'secret' }] }], ssh(documentedKeys)],
    [`${instance}.runtime.virtualMachine: Forbidden: may not specify more than 1 runtime type`],
    ['Forbidden'],
  ],
  [
    'neither containers nor a machine',
    sandbox,
    [
      [`${place}/runtime/sandbox`, undefined],
      [`${place}/volumes`, undefined],
    ],
    [`${instance}.runtime: Required value: must specify a runtime type`],
    ['Required'],
  ],
  [
    'a container without a name and an image, with resources',
    sandbox,
    [
      [`${place}/runtime/sandbox/containers/0/name`, ''],
      [`${place}/runtime/sandbox/containers/0/image`, ''],
      [`${place}/runtime/sandbox/containers/0/resources`, {}],
    ],
    [
      `${containers}[0].name: Required value`,
      `${containers}[0].image: Required value`,
      `${containers}[0].resources: Forbidden: not implemented`,
    ],
    ['Required', 'Required', 'Forbidden'],
  ],
  [
    'two containers of one name, and a secret without one',
    sandbox,
    [
      [`${place}/runtime/sandbox/containers/1`, { name: 'netdata', image: 'x' }],
      [`${place}/runtime/sandbox/imagePullSecrets`, [{ name: '' }]],
    ],
    [
      `${containers}[1].name: Duplicate value: "netdata"`,
      `${instance}.runtime.sandbox.imagePullSecrets[0].name: Required value`,
    ],
    ['Duplicate', 'Required'],
  ],
  [
    'attachments that lead nowhere, or to one place twice',
    sandbox,
    [
      [`${place}/runtime/sandbox/containers/0/volumeAttachments/2`, { name: 'nowhere' }],
      [`${place}/runtime/sandbox/containers/0/volumeAttachments/1/mountPath`, '/secret'],
    ],
    [
      `${containers}[0].volumeAttachments[1].mountPath: Duplicate value: "/secret"`,
      `${containers}[0].volumeAttachments[2].name: Not found: "nowhere"`,
    ],
    ['Duplicate', 'NotFound'],
  ],
  [
    'a raw disk that is mounted',
    machine,
    [
      [`${place}/volumes/1`, storage('10Gi', {})],
      [`${place}/volumes/1/name`, 'raw'],
      [`${place}/runtime/virtualMachine/volumeAttachments/1`, { name: 'raw', mountPath: '/raw' }],
    ],
    [`${machineVolumes}[1].mountPath: Not found: "unable to determine if volume's disk has a filesystem"`],
    ['NotFound'],
  ],
  [
    'ports without a name, with a bad one, and with one that is taken',
    sandbox,
    [
      [
        `${place}/runtime/sandbox/containers/0/ports`,
        [
          { name: '', port: 1 },
          { name: '-1', port: 2 },
          { name: 'http', port: 3 },
          { name: 'http', port: 4 },
        ],
      ],
    ],
    [
      `${containers}[0].ports[0].name: Required value`,
      `${containers}[0].ports[1].name: Invalid value: "-1": must contain at least one letter (a-z)`,
      `${containers}[0].ports[1].name: Invalid value: "-1": must not begin or end with a hyphen`,
      `${containers}[0].ports[3].name: Duplicate value: "http"`,
    ],
    ['Required', 'Invalid', 'Invalid', 'Duplicate'],
  ],
  [
    'a port out of range, of which the name is shown',
    sandbox,
    [[`${place}/runtime/sandbox/containers/0/ports/0/port`, 70000]],
    [`${containers}[0].ports[0].port: Invalid value: "http": must be between 1 and 65535, inclusive`],
    ['Invalid'],
  ],
  [
    'no network interface',
    sandbox,
    [[`${place}/networkInterfaces`, []]],
    [`${instance}.networkInterfaces: Required value: must define at least one network interface`],
    ['Required'],
  ],
  ['no placement', sandbox, [['spec/placements', []]], ['spec.placements: Required value'], ['Required']],
  [
    'a placement without a name and a city',
    sandbox,
    [
      ['spec/placements/0/name', ''],
      ['spec/placements/0/cityCodes', []],
    ],
    ['spec.placements[0].name: Required value', 'spec.placements[0].cityCodes: Required value'],
    ['Required', 'Required'],
  ],
  [
    'a city without a location',
    sandbox,
    [['spec/placements/0/cityCodes', ['DFW', 'XYZ']]],
    ['spec.placements[0].cityCodes[1]: Unsupported value: "XYZ": supported values: "DFW", "LHR"'],
    ['NotSupported'],
  ],
  [
    'no replica',
    sandbox,
    [['spec/placements/0/scaleSettings/minReplicas', 0]],
    ['spec.placements[0].scaleSettings.minReplicas: Invalid value: 0: must be greater than 0'],
    ['Invalid'],
  ],
  [
    'too many replicas',
    sandbox,
    [['spec/placements/0/scaleSettings/minReplicas', 1001]],
    ['spec.placements[0].scaleSettings.minReplicas: Invalid value: 1001: must be less than or equal to 1000'],
    ['Invalid'],
  ],
  [
    'a maximum without metrics',
    sandbox,
    [['spec/placements/0/scaleSettings/maxReplicas', 3]],
    [
      'spec.placements[0].scaleSettings.metrics: Required value: must provide scaling metrics when maxReplicas is provided',
    ],
    ['Required'],
  ],
  [
    'metrics of all sorts of wrong',
    sandbox,
    [
      ['spec/placements/0/scaleSettings/maxReplicas', 3],
      [
        'spec/placements/0/scaleSettings/metrics',
        [
          {},
          { resource: { name: 'memory', target: {} } },
          { resource: { name: 'cpu', target: { value: '-1', averageValue: '1', averageUtilization: 1 } } },
          { resource: { name: 'cpu', target: { averageUtilization: 0 } } },
        ],
      ],
    ],
    [
      'metrics[0].resource: Required value',
      'metrics[1].resource.name: Unsupported value: "memory": supported values: "cpu"',
      'metrics[1].resource.target: Required value: must specify a target value',
      'metrics[2].resource.target.value: Invalid value: "-1": must be positive',
      'metrics[2].resource.target.averageValue: Forbidden: may not specify more than 1 target value',
      'metrics[2].resource.target.averageUtilization: Forbidden: may not specify more than 1 target value',
      'metrics[3].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    ].map((fault) => `spec.placements[0].scaleSettings.${fault}`),
    ['Required', 'NotSupported', 'Required', 'Invalid', 'Forbidden', 'Forbidden', 'Invalid'],
  ],
]

describe('a workload', () => {
  it.each([
    ['with containers', sandbox],
    ['with a machine', machine],
  ])('%s as documented is accepted', async (_, workload) => {
    expect((await admit(Workload, workload, twoCities)).faults).toEqual([])
  })

  it.each(cases)('is refused with %s', async (_, workload, changes, faults, types) => {
    const outcome = await admit(Workload, changed(workload, ...changes), twoCities)
    expect(outcome.faults).toEqual(faults)
    expect(outcome.types).toEqual(types.map((type) => `FieldValue${type}`))
  })

  it('is refused on a network that the caller may not use, and says so of each', async () => {
    const asked: unknown[] = []
    const workload = changed(sandbox, [`${place}/networkInterfaces/1`, { network: { name: 'Other' } }])
    const { faults, types } = await admit(Workload, workload, {
      ...twoCities,
      authorize: async (_user, attributes) => {
        asked.push(attributes)
        return { allowed: attributes.name === 'default', reason: '' }
      },
    })
    expect(asked).toContainEqual({
      verb: 'use',
      group: 'networking.datumapis.com',
      version: 'v1alpha',
      resource: 'networks',
      namespace: 'default',
      name: 'Other',
    })
    expect(types).toEqual(['FieldValueInvalid', 'FieldValueForbidden'])
    expect(faults[0]).toContain(
      `${instance}.networkInterfaces[1].network.name: Invalid value: {"name":"Other"}`,
    )
    expect(faults[1]).toBe(
      `${instance}.networkInterfaces[1].network: Forbidden: permission to use the network was denied`,
    )
  })

  it('says when nobody could tell whether the network may be used', async () => {
    const { faults, types } = await admit(Workload, sandbox, {
      ...twoCities,
      authorize: async () => {
        throw new Error('no answer')
      },
    })
    expect(types).toEqual(['InternalError'])
    expect(faults).toEqual([
      `${instance}.networkInterfaces[0].network: Internal error: failed creating SubjectAccessReview for Network access: no answer`,
    ])
  })

  it('keeps a bad value that it has had before, whatever else changes', async () => {
    const old = changed(sandbox, ['spec/placements/0/cityCodes', ['XYZ']])
    const moved = changed(old, ['spec/placements', [sandbox.spec.placements[0], old.spec.placements[0]]])
    expect((await admit(Workload, moved, twoCities, old)).faults).toEqual([])
  })

  it('gets no second bad value of the same sort by that', async () => {
    const old = changed(sandbox, ['spec/placements/0/cityCodes', ['XYZ']])
    const more = changed(old, ['spec/placements/0/cityCodes', ['XYZ', 'XYZ']])
    expect((await admit(Workload, more, twoCities, old)).faults).toHaveLength(1)
  })

  it('is checked on update like on create', async () => {
    const { faults } = await admit(
      Workload,
      changed(sandbox, ['spec/placements/0/scaleSettings/minReplicas', 0]),
      twoCities,
      sandbox,
    )
    expect(faults).toHaveLength(1)
  })
})
