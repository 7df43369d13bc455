import { base64Size } from '../../apimachinery/base64.ts'
import { DecodeError } from '../../apimachinery/decode-error.ts'
import { decodeJsonText } from '../../apimachinery/decode-json.ts'
import { type FieldError, invalid, keyPath, required } from '../../apimachinery/field-error.ts'
import { cannotUnmarshal } from '../../apimachinery/typed-json.ts'
import type { Admission } from '../../registry/admission.ts'
import { isTextMap } from '../record.ts'
import { checkDataKeys, checkDataSize } from './data-keys.ts'
import { frozenFields, unchanged } from './immutability.ts'
import { keyPairWarnings } from './key-pair-warnings.ts'
import type { SecretObject } from './secret.ts'

/** What each type asks for, in terms of keys that must be there. */
const requiredKeys: ReadonlyMap<string, (data: Record<string, string>) => readonly string[]> = new Map([
  [
    'kubernetes.io/basic-auth',
    (data) => ('username' in data || 'password' in data ? [] : ['username', 'password']),
  ],
  ['kubernetes.io/ssh-auth', (data) => (data['ssh-privatekey'] ? [] : ['ssh-privatekey'])],
  ['kubernetes.io/tls', (data) => ['tls.crt', 'tls.key'].filter((key) => !(key in data))],
  ['kubernetes.io/dockercfg', (data) => ['.dockercfg'].filter((key) => !(key in data))],
  ['kubernetes.io/dockerconfigjson', (data) => ['.dockerconfigjson'].filter((key) => !(key in data))],
])

const jsonKeys: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/dockercfg', '.dockercfg'],
  ['kubernetes.io/dockerconfigjson', '.dockerconfigjson'],
])

const serviceAccountAnnotation = 'kubernetes.io/service-account.name'

export const secretAdmission: Admission<SecretObject> = {
  mutate(secret) {
    const { data = {}, stringData } = secret
    // What is no map of texts is left for the schema to refuse.
    if (isTextMap(stringData) && isTextMap(data)) {
      if (Object.keys(stringData).length > 0) secret.data = { ...data, ...encoded(stringData) }
      delete secret.stringData
    }
    secret.type ||= 'Opaque'
  },

  warnings: (secret) => keyPairWarnings(secret),

  validate(secret, old) {
    const data = secret.data ?? {}
    return [
      ...(old === undefined
        ? []
        : [...unchanged('type', secret.type, old.type), ...frozenFields(secret, old, ['data'])]),
      ...checkDataKeys('data', Object.keys(data)),
      ...checkDataSize(
        'data',
        Object.values(data).reduce((sum, value) => sum + base64Size(value), 0),
      ),
      ...checkType(secret, data),
    ]
  },
}

function encoded(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
}

function checkType(secret: SecretObject, data: Record<string, string>): FieldError[] {
  const type = secret.type ?? ''
  if (type === 'kubernetes.io/service-account-token') {
    const account = secret.metadata.annotations?.[serviceAccountAnnotation]
    return account ? [] : [required(keyPath('metadata.annotations', serviceAccountAnnotation))]
  }
  const missing = (requiredKeys.get(type)?.(data) ?? []).map((key) => required(keyPath('data', key)))
  return [...missing, ...checkJson(jsonKeys.get(type), data)]
}

function checkJson(key: string | undefined, data: Record<string, string>): FieldError[] {
  const value = key === undefined ? undefined : data[key]
  if (key === undefined || value === undefined) return []
  const detail = jsonObjectFault(Buffer.from(value, 'base64').toString())
  return detail === undefined ? [] : [invalid(keyPath('data', key), '<secret contents redacted>', detail)]
}

function jsonObjectFault(text: string): string | undefined {
  try {
    const { value } = decodeJsonText(text)
    const isObject = typeof value === 'object' && !Array.isArray(value)
    return isObject ? undefined : cannotUnmarshal(value, 'value', 'map[string]interface {}')
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    throw error
  }
}
