import { regularExpressionFault } from '../../apimachinery/regular-expression.ts'

/** One condition on a label. The name of a metric is the label `__name__`. */
interface LabelFilter {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** A MetricsQL selector: any of the groups, of which all filters must hold. */
export interface MetricSelector {
  readonly groups: readonly (readonly LabelFilter[])[]
}

/** What is wrong with a text, as a phrase that follows the text. */
export interface SelectorFault {
  readonly fault: string
}

type Token = { readonly kind: 'word' | 'text' | 'symbol'; readonly value: string; readonly offset: number }

const tokenPattern =
  /(?<blank>\s+|#[^\n]*)|(?<word>[A-Za-z_:](?:[\w:.]|\\.)*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<symbol>=~|!~|!=|[={},])/y

/**
 * Reads a plain selector: `{job="web",status!~"5.."}`, `up`, `up{job="web"}`, groups joined by `or` included. Anything
 * that computes (functions, ranges, arithmetic) is a fault, as export policies can only pick out series.
 */
export function parseMetricSelector(text: string): MetricSelector | SelectorFault {
  const tokens = tokenize(text)
  if ('fault' in tokens) return tokens
  let position = 0
  const peek = (): Token | undefined => tokens[position]
  const takeSymbol = (symbol: string): boolean => {
    const matches = peek()?.kind === 'symbol' && peek()?.value === symbol
    if (matches) position += 1
    return matches
  }
  const unexpected = (): SelectorFault => {
    const token = peek()
    return { fault: token ? `unexpected ${token.value} at offset ${token.offset}` : 'unexpected end' }
  }

  const nameFilters: LabelFilter[] = []
  const name = peek()
  if (name?.kind === 'word') {
    position += 1
    nameFilters.push({ label: '__name__', operator: '=', value: unescapeWord(name.value) })
    if (!peek()) return { groups: [nameFilters] }
  }
  if (!takeSymbol('{')) return unexpected()
  const groups: LabelFilter[][] = [[...nameFilters]]
  while (!takeSymbol('}')) {
    const filter = readFilter()
    if (filter === undefined) return unexpected()
    if ('fault' in filter) return filter
    groups.at(-1)?.push(filter)
    const next = peek()
    if (next?.kind === 'word' && next.value.toLowerCase() === 'or') {
      position += 1
      groups.push([...nameFilters])
    } else if (!takeSymbol(',') && next?.value !== '}') {
      return unexpected()
    }
  }
  if (peek()) return unexpected()
  return { groups }

  function readFilter(): LabelFilter | SelectorFault | undefined {
    const label = peek()
    if (label?.kind === 'text') {
      position += 1
      return { label: '__name__', operator: '=', value: unquote(label.value) }
    }
    if (label?.kind !== 'word') return undefined
    position += 1
    const operator = peek()
    if (operator?.kind !== 'symbol' || !/^(=|!=|=~|!~)$/.test(operator.value)) return undefined
    position += 1
    const value = peek()
    if (value?.kind !== 'text') return undefined
    position += 1
    const filter = {
      label: unescapeWord(label.value),
      operator: operator.value as LabelFilter['operator'],
      value: unquote(value.value),
    }
    const isPattern = filter.operator === '=~' || filter.operator === '!~'
    const fault = isPattern ? regularExpressionFault(filter.value) : undefined
    return fault === undefined ? filter : { fault: `${value.value} is not a regular expression: ${fault}` }
  }
}

function tokenize(text: string): Token[] | SelectorFault {
  const tokens: Token[] = []
  let offset = 0
  while (offset < text.length) {
    tokenPattern.lastIndex = offset
    const match = tokenPattern.exec(text)
    if (!match) return { fault: `unexpected ${JSON.stringify(text[offset])} at offset ${offset}` }
    for (const kind of ['word', 'text', 'symbol'] as const) {
      const value = match.groups?.[kind]
      if (value !== undefined) tokens.push({ kind, value, offset })
    }
    offset = tokenPattern.lastIndex
  }
  return tokens
}

/** In names a backslash makes the next character an ordinary one: `my\-label`. */
function unescapeWord(word: string): string {
  return word.replaceAll(/\\(.)/g, '$1')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1)
  if (quoted.startsWith('`')) return inner
  return inner.replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character)
}
