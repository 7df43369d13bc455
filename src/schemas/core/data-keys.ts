import { type FieldError, invalid, keyPath, tooLong } from '../../apimachinery/field-error.ts'

/** How much a Secret or a ConfigMap may hold, in bytes. */
const maxDataSize = 1024 * 1024

const keyPattern = /^[-._a-zA-Z0-9]+$/
const maxKeyLength = 253

/** What is wrong with a key of a Secret or a ConfigMap. */
function checkDataKey(key: string): string[] {
  const messages: string[] = []
  if (Buffer.byteLength(key) > maxKeyLength) messages.push(`must be no more than ${maxKeyLength} characters`)
  if (!keyPattern.test(key)) {
    messages.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  " +
        "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    )
  }
  if (key === '.' || key === '..') messages.push(`must not be '${key}'`)
  else if (key.startsWith('..')) messages.push("must not start with '..'")
  return messages
}

/** Faults of the keys below `path`. */
export function checkDataKeys(path: string, keys: readonly string[]): FieldError[] {
  return keys.flatMap((key) => checkDataKey(key).map((message) => invalid(keyPath(path, key), key, message)))
}

/** The fault of holding too much, if it is so. */
export function checkDataSize(path: string, size: number): FieldError[] {
  return size > maxDataSize ? [tooLong(path, maxDataSize)] : []
}
