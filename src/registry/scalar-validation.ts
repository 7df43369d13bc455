import { deepEqual } from '../apimachinery/equality.ts'
import { formatCheck } from '../apimachinery/formats.ts'
import { formatGoFloat, isGoInteger } from '../apimachinery/go-float.ts'
import {
  type RegularExpression,
  regularExpression,
  regularExpressionFault,
} from '../apimachinery/regular-expression.ts'
import { runeCount } from '../apimachinery/rune-count.ts'
import type { StructuralSchema } from './structural-schema.ts'
import type { ValidationReport } from './validation-report.ts'

/** The parts of validation that look at one value and at nothing inside of it. */

/** One of kube-openapi's validators. What does not concern it, it lets pass. */
type Part = (value: unknown, old: unknown, report: ValidationReport) => void

/** JSON Schema's name of a value's type, and the format that Go's decoder would have given it. */
function describe(value: unknown): { type: string; format: string } {
  switch (typeof value) {
    case 'string':
      return { type: 'string', format: '' }
    case 'boolean':
      return { type: 'boolean', format: '' }
    case 'number':
      return isGoInteger(value) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'float64' }
    default:
      return { type: value === null ? 'null' : Array.isArray(value) ? 'array' : 'object', format: '' }
  }
}

function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type === undefined || schema.type === '' ? [] : [schema.type]
}

/** The format, where a real server enforces it or at least names it in its refusals. */
function enforcedFormat(schema: StructuralSchema): string {
  const { format = '', type } = schema
  switch (schema['x-kubernetes-int-or-string'] ? undefined : type) {
    case undefined:
    case '':
    case 'string':
      return formatCheck(format) ? format : ''
    default:
      return ''
  }
}

export function typePart(schema: StructuralSchema): Part | undefined {
  const types = typesOf(schema)
  if (types.length === 0) return untypedFormat(enforcedFormat(schema))
  const expected = types.join(',')
  const format = enforcedFormat(schema)
  const nullable = schema.nullable === true
  const single = types.length === 1 ? types[0] : undefined
  return (value, _old, report) => {
    if (single === 'string' ? typeof value === 'string' : single === 'object' && isObject(value)) {
      report.matches += 2
      return
    }
    if (value === null) {
      if (nullable) report.matches += 2
      else report.wrongType(expected, 'null')
      return
    }
    const found = describe(value)
    const fits = types.includes(found.type) || (found.type === 'integer' && types.includes('number'))
    if (fits) report.matches += 2
    else if (format !== '' && found.type !== 'string' && found.type !== 'array') {
      // with a format, kube-openapi compares formats rather than types
      report.wrongType(format, found.format)
    } else report.wrongType(expected, found.type)
  }
}

/** A format without a type, below a junctor: what is neither text nor list is not of it. */
function untypedFormat(format: string): Part | undefined {
  if (format === '') return undefined
  return (value, _old, report) => {
    if (typeof value === 'string' || Array.isArray(value) || value === null) report.matches += 2
    else report.wrongType(format, describe(value).format)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Only the first fault of a string is told. */
export function stringPart(schema: StructuralSchema): Part | undefined {
  const { maxLength, minLength, pattern } = schema
  if (maxLength === undefined && minLength === undefined && !pattern) return undefined
  let expression: RegularExpression | undefined
  return (value, _old, report) => {
    if (typeof value !== 'string') return
    if (pattern) expression ??= regularExpression(pattern)
    // no string has more code points than UTF-16 units, so most need no counting
    if (maxLength !== undefined && value.length > maxLength && runeCount(value) > maxLength) {
      report.tooLong(maxLength)
    } else if (minLength !== undefined && (value.length < minLength || runeCount(value) < minLength)) {
      report.refused(value, `should be at least ${minLength} chars long`)
    } else if (pattern && expression && !report.affords(expression, value)) {
      report.matches++
    } else if (pattern && !expression?.test(value)) {
      const fault = regularExpressionFault(pattern)
      const shown = fault === undefined ? pattern : `${pattern}, but pattern is invalid: ${fault}`
      report.refused(value, `should match '${shown}'`)
    } else report.matches++
  }
}

export function formatPart(schema: StructuralSchema): Part | undefined {
  const format = enforcedFormat(schema)
  const check = schema.type === 'integer' || schema.type === 'number' ? undefined : formatCheck(format)
  if (!check) return undefined
  return (value, _old, report) => {
    if (typeof value !== 'string') return
    if (check(value)) report.matches++
    else report.wrongType(format, value)
  }
}

export function numberPart(schema: StructuralSchema): Part | undefined {
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (multipleOf === undefined && minimum === undefined && maximum === undefined) return undefined
  return (value, _old, report) => {
    if (typeof value !== 'number') return
    const isInteger = isGoInteger(value)
    // of an integer, kube-openapi asks in integers, whatever the bound is
    const bound = (limit: number) => (isInteger ? Math.trunc(limit) : limit)
    const shown = (limit: number) => (isInteger ? String(bound(limit)) : formatGoFloat(limit))
    if (multipleOf !== undefined) {
      const factor = bound(multipleOf)
      if (factor <= 0) report.badFactor(factor)
      else if (!isMultiple(value, factor, isInteger)) {
        report.refused(value, `should be a multiple of ${shown(multipleOf)}`)
      }
    }
    if (minimum !== undefined && (exclusiveMinimum ? value <= bound(minimum) : value < bound(minimum))) {
      report.refused(
        value,
        `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${shown(minimum)}`,
      )
    }
    if (maximum !== undefined && (exclusiveMaximum ? value >= bound(maximum) : value > bound(maximum))) {
      report.refused(value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${shown(maximum)}`)
    }
    report.matches++
  }
}

/** Fractions are compared with the tolerance of kube-openapi, a billionth. */
function isMultiple(value: number, factor: number, isInteger: boolean): boolean {
  if (isInteger) return value % factor === 0
  const quotient = factor < 1 ? (1 / factor) * value : value / factor
  if (Math.abs(quotient) > Number.MAX_SAFE_INTEGER) return false
  const nearest = Math.round(quotient)
  return (
    quotient === nearest || Math.abs(quotient - nearest) / (Math.abs(quotient) + Math.abs(nearest)) < 1e-9
  )
}

export function enumPart(schema: StructuralSchema): Part | undefined {
  const allowed = schema.enum
  if (!allowed || allowed.length === 0) return undefined
  const scalars = new Set<unknown>(allowed.filter((each) => typeof each !== 'object' && each !== null))
  const compounds = allowed.filter((each) => typeof each === 'object' && each !== null)
  const shown = allowed.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
  return (value, _old, report) => {
    // kube-openapi makes a fraction an integer before it compares it with one
    const isKnown = scalars.has(value) || (typeof value === 'number' && scalars.has(Math.trunc(value)))
    if (isKnown || compounds.some((each) => deepEqual(each, value))) report.matches++
    else report.notSupported(value, shown)
  }
}
