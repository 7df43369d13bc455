import { choice, keyedList, object, optional, text } from '../field.ts'
import { headerNameFormat, headerValueBounds, matchType } from './http-headers.ts'
import { pathMatchRules } from './http-proxy-path-rules.ts'

/** The path that a rule stands for where it says nothing: every one. */
export const anyPath = { type: 'PathPrefix', value: '/' } as const

export const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
] as const

function pathMatch() {
  return object(
    'What the path of the request must be.',
    {
      type: optional(
        choice('How the path is compared.', ['Exact', 'PathPrefix', 'RegularExpression'], {
          default: 'PathPrefix',
        }),
      ),
      value: optional(text('What it is compared with.', { default: '/', maxLength: 1024 })),
    },
    { default: { ...anyPath }, 'x-kubernetes-validations': pathMatchRules },
  )
}

/** What a request must be like for a rule to apply: everything that is given. */
export function routeMatch() {
  return object('One kind of request. Everything that is given must hold.', {
    path: optional(pathMatch()),
    method: optional(choice('What the method of the request must be.', methods)),
    headers: optional(
      keyedList(
        'What headers of the request must be.',
        ['name'],
        object('One header.', {
          name: text('The name of the header; case does not matter.', headerNameFormat),
          type: matchType(),
          value: text('What the value is compared with.', headerValueBounds),
        }),
        { maxItems: 16 },
      ),
    ),
    queryParams: optional(
      keyedList(
        'What parameters of the query must be.',
        ['name'],
        object('One parameter.', {
          name: text('The name of the parameter.', headerNameFormat),
          type: matchType(),
          value: text('What the value is compared with.', { minLength: 1, maxLength: 1024 }),
        }),
        { maxItems: 16 },
      ),
    ),
  })
}
