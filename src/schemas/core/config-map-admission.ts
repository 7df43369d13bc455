import { base64Size } from '../../apimachinery/base64.ts'
import { type FieldError, invalid, keyPath } from '../../apimachinery/field-error.ts'
import type { Admission } from '../../registry/admission.ts'
import type { ConfigMapObject } from './config-map.ts'
import { checkDataKeys, checkDataSize } from './data-keys.ts'
import { frozenFields } from './immutability.ts'

export const configMapAdmission: Admission<ConfigMapObject> = {
  validate(configMap, old) {
    const data = configMap.data ?? {}
    const binaryData = configMap.binaryData ?? {}
    const size =
      Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0) +
      Object.values(binaryData).reduce((sum, value) => sum + base64Size(value), 0)
    return [
      ...(old === undefined ? [] : frozenFields(withData(configMap), withData(old), ['data', 'binaryData'])),
      ...checkDataKeys('data', Object.keys(data)),
      ...repeatedKeys(data, binaryData),
      ...checkDataKeys('binaryData', Object.keys(binaryData)),
      // The path of the whole object is written like this by a real server, too.
      ...checkDataSize('[]', size),
    ]
  },
}

/** Without `data` it is the same as with nothing in it; that is not so of `binaryData`. */
function withData({ data = {}, ...rest }: ConfigMapObject): ConfigMapObject {
  return { ...rest, data }
}

function repeatedKeys(data: Record<string, string>, binaryData: Record<string, string>): FieldError[] {
  return Object.keys(data)
    .filter((key) => Object.hasOwn(binaryData, key))
    .map((key) => invalid(keyPath('data', key), key, 'duplicate of key present in binaryData'))
}
