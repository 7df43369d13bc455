import { badRequest } from './errors.ts'
import { type FieldError, formatFieldError, invalid } from './field-error.ts'
import { compareText } from './field-path.ts'
import { getOrInsert } from './get-or-insert.ts'
import { type LabelToken, tokenizeLabelSelector } from './label-selector-tokens.ts'
import { checkLabelKey, checkLabelValue } from './names.ts'

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!'

/** One condition on one label. `values` are in order and without repetitions. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

/** Conditions that must all hold. */
export interface LabelSelector {
  /** In the order of their keys. */
  readonly requirements: readonly LabelRequirement[]
  /** Selects everything. */
  readonly isEmpty: boolean
  matches(labels: Readonly<Record<string, string>>): boolean
}

/** A selector as objects carry it: `spec.selector` and the like. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | null
  readonly matchExpressions?:
    | readonly {
        readonly key: string
        readonly operator: string
        readonly values?: readonly string[] | null
      }[]
    | null
}

function selectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  const ordered = requirements.toSorted((left, right) => compareText(left.key, right.key))
  const conditions = new Map<string, LabelCondition>()
  for (const requirement of ordered) {
    getOrInsert(conditions, requirement.key, () => new LabelCondition()).add(requirement)
  }
  const needed = [...conditions].filter(([, condition]) => condition.isNeeded)
  return {
    requirements: ordered,
    isEmpty: ordered.length === 0,
    matches: (labels) =>
      needed.every(([key]) => Object.hasOwn(labels, key)) &&
      Object.keys(labels).every((key) => conditions.get(key)?.allows(labels[key] as string) ?? true),
  }
}

/**
 * All that is said of one label. A selector can have thousands of requirements, and is held against each object of a
 * collection: only the labels that an object has are looked at.
 */
class LabelCondition {
  /** Without the label nothing matches. */
  isNeeded = false
  #isForbidden = false
  /** The values that all requirements allow; absent: any. */
  #allowed: ReadonlySet<string> | undefined
  readonly #refused = new Set<string>()
  /** For numbers only: the highest lower bound and the lowest upper one. */
  #above: bigint | undefined
  #below: bigint | undefined

  add({ operator, values }: LabelRequirement): void {
    switch (operator) {
      case 'notin':
      case '!=':
        for (const value of values) this.#refused.add(value)
        return
      case '!':
        this.#isForbidden = true
        return
      case 'in':
      case '=':
      case '==':
        this.#allow(values)
        break
      case 'gt':
      case 'lt':
        this.#limit(operator, parseInteger(values[0] ?? '') ?? 0n)
    }
    this.isNeeded = true
  }

  allows(value: string): boolean {
    if (this.#isForbidden || this.#refused.has(value) || this.#allowed?.has(value) === false) return false
    if (this.#above === undefined && this.#below === undefined) return true
    const number = parseInteger(value)
    if (number === undefined) return false
    return (
      (this.#above === undefined || number > this.#above) &&
      (this.#below === undefined || number < this.#below)
    )
  }

  #allow(values: readonly string[]): void {
    const before = this.#allowed
    this.#allowed = new Set(before ? values.filter((value) => before.has(value)) : values)
  }

  #limit(operator: 'gt' | 'lt', limit: bigint): void {
    if (operator === 'gt')
      this.#above = this.#above === undefined || limit > this.#above ? limit : this.#above
    else this.#below = this.#below === undefined || limit < this.#below ? limit : this.#below
  }
}

/** A 64-bit integer, or undefined. */
function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/**
 * Reads Kubernetes' syntax: `app=web,tier in (a,b),!legacy,generation>3`. Takes time in proportion to the text.
 * Throws a BadRequest StatusError with the words of a real server.
 */
export function parseLabelSelector(text: string): LabelSelector {
  try {
    return selectorOf(new Parser(tokenizeLabelSelector(text)).parse())
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw badRequest(error.message)
    throw error
  }
}

/** The selector of `matchLabels` and `matchExpressions`; without either it selects everything. Throws BadRequest. */
export function labelSelectorFromObject(selector: LabelSelectorObject): LabelSelector {
  try {
    const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
      requirement(key, '=', [value]),
    )
    const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
      const known = expressionOperators.get(operator)
      if (known === undefined) {
        throw new SelectorSyntaxError(`${JSON.stringify(operator)} is not a valid label selector operator`)
      }
      return requirement(key, known, values ?? [])
    })
    return selectorOf([...equalities, ...expressions])
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw badRequest(error.message)
    throw error
  }
}

const expressionOperators: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
])

/** The text of the selector of all these labels with these values. */
export function equalitySelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** The text that means the same selector, in canonical order. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.requirements.map(formatRequirement).join(',')
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const joined = values.join(',')
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${joined})`
    case 'gt':
      return `${key}>${joined}`
    case 'lt':
      return `${key}<${joined}`
    default:
      return `${key}${operator}${joined}`
  }
}

class SelectorSyntaxError extends Error {
  override readonly name = 'SelectorSyntaxError'
}

function requirement(key: string, operator: LabelOperator, given: readonly string[]): LabelRequirement {
  const values = [...new Set(given)].sort(compareText)
  const errors: FieldError[] = []
  const keyFaults = checkLabelKey(key)
  if (keyFaults.length > 0) errors.push(invalid('key', key, keyFaults.join('; ')))
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    // A list that is not there prints as null.
    const message = "Invalid value: null: for 'in', 'notin' operators, values set can't be empty"
    errors.push({ type: 'FieldValueInvalid', field: 'values', message })
  }
  if ((operator === 'exists' || operator === '!') && values.length > 0) {
    errors.push(invalid('values', values, 'values set must be empty for exists and does not exist'))
  }
  values.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && parseInteger(value) === undefined) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer"
      errors.push(invalid(`values[${index}]`, value, detail))
    }
  })
  values.forEach((value, index) => {
    const faults = checkLabelValue(value)
    if (faults.length > 0) errors.push(invalid(`values[${index}][${key}]`, value, faults.join('; ')))
  })
  if (errors.length > 0) {
    const texts = [...new Set(errors.map(formatFieldError))]
    throw new SelectorSyntaxError(texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`)
  }
  return { key, operator, values }
}

/** Recursive descent over the tokens; the last token is always the end. */
class Parser {
  readonly #tokens: readonly LabelToken[]
  #position = 0

  constructor(tokens: readonly LabelToken[]) {
    this.#tokens = tokens
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    for (;;) {
      const first = this.#peek()
      if (first.sort === 'end') return requirements
      if (!beginsRequirement(first)) {
        throw new SelectorSyntaxError(`found '${first.text}', expected: !, identifier, or 'end of string'`)
      }
      requirements.push(this.#requirement())
      const separator = this.#next()
      if (separator.sort === 'end') return requirements
      if (separator.sort !== ',') {
        throw new SelectorSyntaxError(`found '${separator.text}', expected: ',' or 'end of string'`)
      }
      const following = this.#peek()
      if (!beginsRequirement(following)) {
        throw new SelectorSyntaxError(`found '${following.text}', expected: identifier after ','`)
      }
    }
  }

  #requirement(): LabelRequirement {
    try {
      const negated = this.#peek().sort === '!'
      if (negated) this.#next()
      const key = this.#next()
      if (!isIdentifier(key)) throw expected(key, ', expected: identifier')
      const faults = checkLabelKey(key.text)
      // A real server has no path here and prints its nil.
      if (faults.length > 0)
        throw new SelectorSyntaxError(formatFieldError(invalid('<nil>', key.text, faults.join('; '))))
      if (negated) return requirement(key.text, '!', [])
      const after = this.#peek().sort
      if (after === 'end' || after === ',') return requirement(key.text, 'exists', [])
      const operator = this.#operator()
      const values = operator === 'in' || operator === 'notin' ? this.#valueSet() : [this.#exactValue()]
      return requirement(key.text, operator, values)
    } catch (error) {
      if (!(error instanceof SelectorSyntaxError)) throw error
      throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`)
    }
  }

  #operator(): LabelOperator {
    const token = this.#next()
    switch (token.sort) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token.sort
      case '>':
        return 'gt'
      case '<':
        return 'lt'
      default:
        throw expected(token, ', expected: in, notin, =, ==, !=, gt, lt')
    }
  }

  #exactValue(): string {
    const { sort } = this.#peek()
    if (sort === 'end' || sort === ',') return ''
    const token = this.#next()
    if (!isIdentifier(token)) throw expected(token, ', expected: identifier')
    return token.text
  }

  /** `(a,b)`; nothing between commas or parentheses is the empty value. */
  #valueSet(): string[] {
    const open = this.#next()
    if (open.sort !== '(') throw expected(open, " expected: '('")
    const first = this.#peek()
    if (first.sort === ')') {
      this.#next()
      return ['']
    }
    if (first.sort !== ',' && !isIdentifier(first))
      throw expected(first, ", expected: ',', ')' or identifier")
    const values = new Set<string>()
    for (;;) {
      const token = this.#next()
      if (isIdentifier(token)) {
        values.add(token.text)
        const after = this.#peek()
        if (after.sort === ')') break
        if (after.sort !== ',') throw expected(after, ", expected: ',' or ')'")
      } else if (token.sort === ',') {
        if (values.size === 0) values.add('')
        const after = this.#peek()
        if (after.sort === ')' || after.sort === ',') values.add('')
        if (after.sort === ')') break
        if (after.sort === ',') this.#next()
      } else throw expected(token, ", expected: ',', or identifier")
    }
    this.#next()
    return [...values]
  }

  #peek(): LabelToken {
    return this.#tokens[this.#position] as LabelToken
  }

  #next(): LabelToken {
    return this.#tokens[this.#position++] as LabelToken
  }
}

/** `in` and `notin` are operators only behind a key. */
function isIdentifier(token: LabelToken): boolean {
  return token.sort === 'identifier' || token.sort === 'in' || token.sort === 'notin'
}

function beginsRequirement(token: LabelToken): boolean {
  return isIdentifier(token) || token.sort === '!'
}

function expected(token: LabelToken, rest: string): SelectorSyntaxError {
  return new SelectorSyntaxError(`found '${token.text}'${rest}`)
}
