import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn } from '../columns.ts'
import { boolean, map, optional, plainText } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { configMapAdmission } from './config-map-admission.ts'

export interface ConfigMapObject extends KubernetesObject {
  data?: Record<string, string>
  /** Values in base64. */
  binaryData?: Record<string, string>
  immutable?: boolean
}

export const ConfigMap: Kind<ConfigMapObject> = {
  group: '',
  names: {
    kind: 'ConfigMap',
    listKind: 'ConfigMapList',
    plural: 'configmaps',
    singular: 'configmap',
    shortNames: ['cm'],
  },
  scope: 'Namespaced',
  planes: ['root', 'project'],
  origin: 'core',
  admission: configMapAdmission,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      metadataChecks: ['whole', 'update', 'domains'],
      pointers: ['immutable'],
      schema: onFirstUse(() =>
        objectSchema('Settings that programs read. At most 1 MiB.', {
          data: optional(
            map(
              'The values as text, by key. Keys are made of letters, digits, `-`, `_` and `.`.',
              plainText(),
            ),
          ),
          binaryData: optional(
            map(
              'Values that are not text, in base64. No key may be in `data` as well.',
              plainText({ format: 'byte' }),
            ),
          ),
          immutable: optional(
            boolean('Once true, neither the values nor this can be changed; the object can only be deleted.'),
          ),
        }),
      ),
      columns: [{ name: 'Data', type: 'string', jsonPath: '.data' }, ageColumn],
      cells: (configMap: ConfigMapObject) => [
        Object.keys(configMap.data ?? {}).length + Object.keys(configMap.binaryData ?? {}).length,
        undefined,
      ],
    },
  ],
}
