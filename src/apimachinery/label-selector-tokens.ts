/** One word or sign of a label selector. `end` closes every list of tokens. */
export interface LabelToken {
  readonly sort: ')' | ',' | '!' | '==' | '=' | '>' | '<' | '!=' | '(' | 'in' | 'notin' | 'identifier' | 'end'
  readonly text: string
}

/** Splits a label selector into tokens, in one pass. */
export function tokenizeLabelSelector(text: string): LabelToken[] {
  // A sign, or a run of anything that is neither sign nor space. A NUL ends a word, and between words the text.
  const token = /[ \t\r\n]*(?:(==|!=|[=!(),><])|([^=!(),><\0 \t\r\n]+)\0?|\0|$)/y
  const tokens: LabelToken[] = []
  for (;;) {
    const match = token.exec(text)
    const sign = match?.[1]
    const word = match?.[2]
    if (sign !== undefined) tokens.push({ sort: sign as LabelToken['sort'], text: sign })
    else if (word === 'in' || word === 'notin') tokens.push({ sort: word, text: word })
    else if (word !== undefined) tokens.push({ sort: 'identifier', text: word })
    else {
      tokens.push({ sort: 'end', text: '' })
      return tokens
    }
  }
}
