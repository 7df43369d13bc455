import { choice, keyedList, object, optional, plainText, set, text } from '../field.ts'

/** What a header or a query parameter may be called (RFC 7230's token). */
export const headerNameFormat = {
  minLength: 1,
  maxLength: 256,
  pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
} as const

export const headerValueBounds = { minLength: 1, maxLength: 4096 } as const

function headers(description: string) {
  return keyedList(
    description,
    ['name'],
    object('One header.', {
      name: text('The name of the header; case does not matter.', headerNameFormat),
      value: text('The value of the header.', headerValueBounds),
    }),
    { maxItems: 16 },
  )
}

/** Changes headers of a request or of an answer. */
export function headerModifier(description: string) {
  return object(description, {
    set: optional(headers('Headers that are set, whatever they were before.')),
    add: optional(headers('Headers whose values are added to those that are there.')),
    remove: optional(set('The names of headers that are taken away.', plainText(), { maxItems: 16 })),
  })
}

/** How a value is compared. */
export function matchType() {
  return optional(choice('How the value is compared.', ['Exact', 'RegularExpression'], { default: 'Exact' }))
}
