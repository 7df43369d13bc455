import { badRequest } from './errors.ts'
import { compareText } from './field-path.ts'
import { getOrInsert } from './get-or-insert.ts'

/** One condition on one field; `value` is the literal, without escapes. */
export interface FieldTerm {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Conditions that must all hold. */
export interface FieldSelector {
  readonly terms: readonly FieldTerm[]
  readonly isEmpty: boolean
  /** `read` gives a field's value as text, the empty string where there is none. */
  matches(read: (field: string) => string): boolean
}

/**
 * Reads `metadata.name=web,spec.class!=a\,b`. In a value `\`, `,` and `=` are escaped by a backslash.
 * Which fields may be selected by is the caller's to say. Throws a BadRequest StatusError.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text)
    .filter((term) => term !== '')
    .sort(compareText)
    .map((term) => parseTerm(term, text))
  const conditions = new Map<string, FieldCondition>()
  for (const { field, operator, value } of terms) {
    const { wanted, refused } = getOrInsert(conditions, field, () => ({
      wanted: new Set<string>(),
      refused: new Set<string>(),
    }))
    ;(operator === '=' ? wanted : refused).add(value)
  }
  const fields = [...conditions]
  return {
    terms,
    isEmpty: terms.length === 0,
    matches: (read) =>
      fields.every(([field, { wanted, refused }]) => {
        const value = read(field)
        return !refused.has(value) && (wanted.size === 0 || (wanted.size === 1 && wanted.has(value)))
      }),
  }
}

/** All that is said of one field: however many terms there are, each object is asked for it once. */
interface FieldCondition {
  readonly wanted: Set<string>
  readonly refused: Set<string>
}

/** The text that means the same selector. */
export function formatFieldSelector(selector: Pick<FieldSelector, 'terms'>): string {
  return selector.terms
    .map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`)
    .join(',')
}

/** At commas that no backslash precedes; escapes stay in the terms. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === ',') {
      terms.push(text.slice(start, index))
      start = index + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function parseTerm(term: string, selector: string): FieldTerm {
  const match = /!=|==?/.exec(term)
  if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`)
  return {
    field: term.slice(0, match.index),
    operator: match[0] === '!=' ? '!=' : '=',
    value: unescapeValue(term.slice(match.index + match[0].length)),
  }
}

function unescapeValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text
  let value = ''
  let escaped = false
  for (const character of text) {
    if (escaped) {
      if (!'\\,='.includes(character)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${character}`)
      }
      value += character
      escaped = false
    } else if (character === '\\') escaped = true
    else if (character === ',' || character === '=') {
      // A real server prints the character's code point.
      throw badRequest(`invalid field selector: unescaped character in value: ${character.codePointAt(0)}`)
    } else value += character
  }
  if (escaped) throw badRequest('invalid field selector: invalid escape sequence: \\')
  return value
}
