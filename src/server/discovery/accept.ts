/** One clause of an Accept header. */
export interface AcceptClause {
  /** Lower case: `application/json`. */
  readonly type: string
  /** Parameters beside `q`, names in lower case. */
  readonly parameters: Readonly<Record<string, string>>
}

/** The clauses of an Accept header, the most wanted first; a missing header accepts anything. */
export function acceptClauses(header: string | undefined): AcceptClause[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }]
  return header
    .split(',')
    .map(parseClause)
    .filter((clause) => clause.type !== '' && clause.quality > 0)
    .sort((left, right) => right.quality - left.quality)
    .map(({ type, parameters }) => ({ type, parameters }))
}

/** True when a clause's type, which may be a wildcard, stands for `type`. */
export function accepts(clause: AcceptClause, type: string): boolean {
  return (
    clause.type === type || clause.type === '*/*' || clause.type === `${type.slice(0, type.indexOf('/'))}/*`
  )
}

function parseClause(text: string): AcceptClause & { quality: number } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters: Record<string, string> = {}
  let quality = 1
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals === -1) continue
    const name = part.slice(0, equals).trim().toLowerCase()
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    if (name === 'q') quality = Number.isNaN(Number(value)) ? 1 : Number(value)
    else parameters[name] = value
  }
  return { type: type.toLowerCase(), parameters, quality }
}
