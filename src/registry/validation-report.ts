import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../apimachinery/field-error.ts'
import { maximumMatchWork, type RegularExpression } from '../apimachinery/regular-expression.ts'

/** How many values may be held against schemas: where schemas are combined, each value is, against every one of them. */
const maximumChecks = 1_000_000

/**
 * Where the walk over an object is, and what it found. The path is kept as segments and becomes text only for a fault,
 * because nearly every value has none.
 */
export class ValidationReport {
  readonly errors: FieldError[] = []
  /** How many checks passed: of several schemas that all refuse a value, the one that came furthest is quoted. */
  matches = 0
  /** Where checking was given up, if it was. It stands apart from `errors`, of which combined schemas drop some. */
  exhausted: FieldError | undefined
  #matchWork = maximumMatchWork
  #checks = maximumChecks
  readonly #segments: (string | number)[] = []
  readonly #prefix: string

  /** `prefix` is put before the paths of faults, but not into their sentences: how a part of an object is checked. */
  constructor(prefix = '') {
    this.#prefix = prefix
  }

  enter(segment: string | number): void {
    this.#segments.push(segment)
  }

  leave(): void {
    this.#segments.pop()
  }

  /** The path as kube-openapi writes it: map keys are joined by dots like fields. */
  name(field?: string): string {
    let text = ''
    for (const segment of this.#segments) text += typeof segment === 'number' ? `[${segment}]` : `.${segment}`
    if (field !== undefined) text += `.${field}`
    return text.startsWith('.') ? text.slice(1) : text
  }

  /** The path of a fault at the name. */
  #field(name: string): string {
    if (name === '') return this.#prefix === '' ? '<nil>' : this.#prefix
    return this.#prefix === '' ? name : `${this.#prefix}.${name}`
  }

  /** Whether there is work left to match `text`; where there is not, that is told once. */
  affords(expression: RegularExpression, text: string): boolean {
    this.#matchWork -= expression.size * text.length
    if (this.#matchWork < 0 && !this.exhausted) {
      const sentence = 'the pattern and the texts that it is matched with are too long together'
      this.exhausted = forbiddenField(this.#field(this.name()), sentence)
    }
    return this.#matchWork >= 0
  }

  /** Whether there is work left to hold one more value against a schema; where there is not, that is told once. */
  affordsCheck(): boolean {
    if (--this.#checks < 0 && !this.exhausted) {
      const sentence = 'there are too many values for the schemas that they are held against'
      this.exhausted = forbiddenField(this.#field(this.name()), sentence)
    }
    return this.#checks >= 0
  }

  wrongType(expected: string, found: string): void {
    const name = this.name()
    const sentence = `${name} in body must be of type ${expected}: ${JSON.stringify(found)}`
    this.errors.push(typeInvalid(this.#field(name), found, sentence))
  }

  /** A fault of the value, told as `<path> in body <sentence>`. */
  refused(value: unknown, sentence: string): void {
    const name = this.name()
    this.errors.push(invalid(this.#field(name), value, `${name} in body ${sentence}`))
  }

  /** A fault of the schema: no number is a multiple of the factor. */
  badFactor(factor: number): void {
    const name = this.name()
    const detail = `factor MultipleOf declared for ${name} must be positive: ${factor}`
    this.errors.push(invalid(this.#field(name), factor, detail))
  }

  /** A fault told without a path of its own: what kube-openapi says of combined schemas. */
  unplaced(sentence: string): void {
    const place = this.#prefix === '' ? '<nil>' : this.#prefix
    this.errors.push(invalid(place, '', `${JSON.stringify(this.name())} ${sentence}`))
  }

  missing(field: string): void {
    this.errors.push(required(this.#field(this.name(field))))
  }

  forbidden(field: string): void {
    const name = this.name()
    this.errors.push(invalid(this.#field(name), field, `${name}.${field} in body is a forbidden property`))
  }

  notSupported(value: unknown, supported: readonly string[]): void {
    this.errors.push(notSupported(this.#field(this.name()), value, supported))
  }

  tooLong(limit: number): void {
    this.errors.push(tooLong(this.#field(this.name()), limit))
  }

  tooMany(actual: number, limit: number): void {
    this.errors.push(tooMany(this.#field(this.name()), actual, limit))
  }
}
