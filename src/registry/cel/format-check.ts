import { type FormatClause, type FormatVerb, readFormat, wrongOperand } from './library/format-clauses.ts'
import type { Expression } from './syntax.ts'
import { type CelType, formatType } from './types.ts'
import { CelError } from './values.ts'

export interface FormatFault {
  readonly message: string
  /** The value that is at fault; absent: the template is. */
  readonly place?: Expression
}

export interface FormatValue {
  readonly value: Expression
  readonly type: CelType
}

const integers = ['int', 'uint']

/** The simple types that a verb can write; `s` writes lists, maps and types as well. */
const writable: Readonly<Record<FormatVerb, ReadonlySet<string>>> = {
  s: new Set([
    ...integers,
    'double',
    'bool',
    'string',
    'bytes',
    'null',
    'google.protobuf.Timestamp',
    'google.protobuf.Duration',
  ]),
  d: new Set(integers),
  // the numbers that have no digits may be given as texts
  f: new Set(['double', 'string']),
  e: new Set(['double', 'string']),
  b: new Set([...integers, 'bool']),
  o: new Set(integers),
  x: new Set([...integers, 'string', 'bytes']),
  X: new Set([...integers, 'string', 'bytes']),
}

/** What is wrong with a template and the values that an expression gives it, where both are written out in it. */
export function checkFormat(template: string, values: readonly FormatValue[]): FormatFault | undefined {
  let used = 0
  try {
    for (const part of readFormat(template, values.length)) {
      if (typeof part === 'string') continue
      const value = values[used++] as FormatValue
      if (!canWrite(part, value.type)) {
        return { message: wrongOperand(part.verb, nameOf(value.type)), place: value.value }
      }
    }
  } catch (error) {
    if (error instanceof CelError) return { message: error.message }
    throw error
  }
  if (used === values.length) return undefined
  return {
    message: `too many arguments supplied to string.format (expected ${used}, got ${values.length})`,
  }
}

function canWrite({ verb }: FormatClause, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
      return true
    case 'simple':
      return writable[verb].has(type.name)
    case 'list':
    case 'map':
    case 'type':
      return verb === 's'
    default:
      return false
  }
}

function nameOf(type: CelType): string {
  return type.kind === 'simple' || type.kind === 'object'
    ? formatType(type)
    : type.kind === 'optional'
      ? 'optional_type'
      : type.kind
}
