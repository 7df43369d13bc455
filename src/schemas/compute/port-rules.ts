import { type FieldError, invalid, required } from '../../apimachinery/field-error.ts'
import { createNameRegister } from './name-rules.ts'

interface NamedPort {
  name: string
  port: number
}

/** What is wrong with the name of a port, which follows the rules of service names (RFC 6335). */
function checkPortName(name: string): string[] {
  const messages: string[] = []
  if (name.length > 15) messages.push('must be no more than 15 bytes')
  if (!/^[-a-z0-9]+$/.test(name)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)')
  if (name.includes('--')) messages.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) messages.push('must not begin or end with a hyphen')
  return messages
}

export function checkPorts(path: string, ports: readonly NamedPort[]): FieldError[] {
  const names = createNameRegister()
  return ports.flatMap(({ name, port }, index) => {
    const namePath = `${path}[${index}].name`
    const errors =
      name === ''
        ? [required(namePath)]
        : [
            ...checkPortName(name).map((message) => invalid(namePath, name, message)),
            ...names.check(namePath, name),
          ]
    if (port < 1 || port > 65535) {
      // The deployed webhook shows the port's name as the bad value, too.
      errors.push(invalid(`${path}[${index}].port`, name, 'must be between 1 and 65535, inclusive'))
    }
    return errors
  })
}
