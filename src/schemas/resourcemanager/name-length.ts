import { type FieldError, invalid } from '../../apimachinery/field-error.ts'

/** Names become parts of longer names (namespaces, for one), and must leave room for the rest. */
export function checkNameLength(name: string, limit: number): FieldError[] {
  if (name.length <= limit) return []
  const detail = `name exceeds maximum length of ${limit} characters. Choose a shorter name and try again`
  return [invalid('metadata.name', name, detail)]
}
