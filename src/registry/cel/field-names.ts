/** Words that an expression cannot use as field names; the schema's field is reached as `__word__`. */
const reserved = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

const replacements: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/**
 * The name under which rules see a field: `x-y` is `x__dash__y`. Undefined for names that rules cannot see at all.
 */
export function escapeFieldName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined
  if (reserved.has(name)) return `__${name}__`
  return name.replaceAll(/__|[./-]/g, (part) => replacements[part] as string)
}

/** A member by the name that an expression gives it: words that have to be escaped elsewhere may be fields as they are. */
export function memberOf<T>(members: ReadonlyMap<string, T>, name: string): T | undefined {
  return members.get(name) ?? members.get(`__${name}__`)
}
