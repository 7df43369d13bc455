/** One clause of an Accept header. */
export interface AcceptClause {
  /** As it was sent; a real server knows types in lower case only. */
  readonly type: string
  /** Parameters beside `q`. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * The clauses of an Accept header, the most wanted first, wildcards last among their equals; a missing header accepts
 * anything. A quality of zero makes a clause the last one and no more, as on a real server.
 */
export function acceptClauses(header: string | undefined): AcceptClause[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }]
  return header
    .split(',')
    .map(parseClause)
    .filter((clause) => clause.type !== '')
    .sort((left, right) => right.quality - left.quality || wildcards(left) - wildcards(right))
    .map(({ type, parameters }) => ({ type, parameters }))
}

function wildcards({ type }: AcceptClause): number {
  return type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0
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
    const name = part.slice(0, equals).trim()
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    if (name === 'q') quality = Number.isNaN(Number(value)) ? 0 : Number(value)
    else parameters[name] = value
  }
  return { type, parameters, quality }
}
