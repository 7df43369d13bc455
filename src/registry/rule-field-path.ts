import type { StructuralSchema } from './structural-schema.ts'

/** Where a rule's `fieldPath` points, as a path below the rule's own value; or why it points nowhere. */
export type RuleFieldPath =
  | { readonly path: string; readonly schema: StructuralSchema }
  | { readonly fault: string }

const token = /\.|\[|\]|'(?:[^'\\]|\\.)*'|[^.[\]']+/g

/** Resolves `.spec.name` or, where brackets are allowed, `['x-y'].z`: fields of objects and keys of maps; no lists. */
export function resolveRuleFieldPath(
  schema: StructuralSchema,
  text: string,
  { isBracketAllowed } = { isBracketAllowed: true },
): RuleFieldPath {
  const tokens: string[] = text.match(token) ?? []
  if (tokens.join('') !== text) return { fault: 'does not refer to a valid field' }
  let path = ''
  let current = schema
  let next = 0
  while (next < tokens.length) {
    const opening = tokens[next++] as string
    if (opening !== '.' && opening !== '[') return { fault: `expected [ or . but got: ${opening}` }
    if (opening === '[' && !isBracketAllowed) return { fault: 'array notation is not allowed' }
    const word = tokens[next++]
    if (word === undefined) return { fault: 'unexpected end of JSON path' }
    let name = word
    if (opening === '[') {
      if (!/^'.*'$/s.test(word)) return { fault: `expected single quoted string but got ${word}` }
      const unescaped = unescapeName(word.slice(1, -1))
      if (unescaped === undefined) return { fault: `invalid string literal: invalid escape char ${word}` }
      name = unescaped
      const closing = tokens[next++]
      if (closing === undefined) return { fault: 'unexpected end of JSON path' }
      if (closing !== ']') return { fault: `expected ] but got ${closing}` }
    }
    const { properties, additionalProperties } = current
    if (properties) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!property) return { fault: 'does not refer to a valid field' }
      path = path === '' ? name : `${path}.${name}`
      current = property
    } else if (typeof additionalProperties === 'object') {
      path = `${path}[${name}]`
      current = additionalProperties
    } else return { fault: 'does not refer to a valid field' }
  }
  return { path, schema: current }
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

function unescapeName(text: string): string | undefined {
  let valid = true
  const result = text.replaceAll(/\\(.)/gs, (_, character: string) => {
    if (!(character in escapes)) valid = false
    return escapes[character] ?? ''
  })
  return valid ? result : undefined
}
