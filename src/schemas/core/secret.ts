import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, textColumn } from '../columns.ts'
import { boolean, map, optional, plainText, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { secretAdmission } from './secret-admission.ts'

export interface SecretObject extends KubernetesObject {
  /** Values in base64. */
  data?: Record<string, string>
  /** Only in requests: never stored. */
  stringData?: Record<string, string>
  type?: string
  immutable?: boolean
}

export const Secret: Kind<SecretObject> = {
  group: '',
  names: { kind: 'Secret', listKind: 'SecretList', plural: 'secrets', singular: 'secret' },
  scope: 'Namespaced',
  planes: ['root', 'project'],
  origin: 'core',
  admission: secretAdmission,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      metadataChecks: ['whole', 'update', 'domains'],
      pointers: ['immutable'],
      typeNames: { type: 'v1.SecretType' },
      schema: onFirstUse(() =>
        objectSchema('Values that are to be kept from most readers. At most 1 MiB.', {
          data: optional(
            map(
              'The values in base64, by key. Keys are made of letters, digits, `-`, `_` and `.`.',
              plainText({ format: 'byte' }),
            ),
          ),
          stringData: optional(
            map('Values in plain text, written into `data` by the server and never shown.', plainText()),
          ),
          type: optional(
            text('What the values are for; some types ask for certain keys. It cannot be changed.'),
          ),
          immutable: optional(
            boolean('Once true, neither the values nor this can be changed; the object can only be deleted.'),
          ),
        }),
      ),
      columns: [textColumn('Type', '.type'), { name: 'Data', type: 'string', jsonPath: '.data' }, ageColumn],
      cells: (secret: SecretObject) => [undefined, Object.keys(secret.data ?? {}).length, undefined],
      selectableFields: ['type'],
    },
  ],
}
