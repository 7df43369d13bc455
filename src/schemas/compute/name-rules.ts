import { duplicate, type FieldError, invalid, required } from '../../apimachinery/field-error.ts'
import { checkDns1123Label } from '../../apimachinery/names.ts'

/** A name that has to be there and has to be a DNS label. */
export function checkLabelName(path: string, name: string): FieldError[] {
  if (name === '') return [required(path)]
  return checkDns1123Label(name).map((message) => invalid(path, name, message))
}

/** Remembers names and reports those that it has seen. */
export function createNameRegister(): { check(path: string, name: string): FieldError[] } {
  const seen = new Set<string>()
  return {
    check(path, name) {
      if (seen.has(name)) return [duplicate(path, name)]
      seen.add(name)
      return []
    },
  }
}
