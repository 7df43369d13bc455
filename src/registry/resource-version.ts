import { badRequest, invalidObject, resourceVersionTooLarge } from '../apimachinery/errors.ts'
import { type FieldError, forbiddenField, notSupported } from '../apimachinery/field-error.ts'

/** The number in a client's `resourceVersion`; undefined for none. Throws BadRequest for what is no number. */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,16}$/.test(text)) {
    const shown = JSON.stringify(text)
    const fault = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: ${fault}`,
    )
  }
  return Number(text)
}

function invalidOptions(errors: readonly FieldError[]) {
  return invalidObject('meta.k8s.io', 'ListOptions', '', errors)
}

/** Throws 504 with the cause that reflectors wait on, when the revision has not happened yet. */
export function checkNotTooLarge(requested: number | undefined, current: number): void {
  if (requested !== undefined && requested > current) throw resourceVersionTooLarge(requested, current)
}

export interface ReadVersion {
  readonly resourceVersion?: string | undefined
  readonly resourceVersionMatch?: string | undefined
  readonly continue?: string | undefined
}

/** What a real server refuses of `resourceVersion`, `resourceVersionMatch` and `continue` on a list. */
export function checkListOptions(options: ReadVersion): void {
  const { resourceVersion = '', resourceVersionMatch = '' } = options
  const errors: FieldError[] = []
  const match = (detail: string) => errors.push(forbiddenField('resourceVersionMatch', detail))
  if (resourceVersionMatch !== '') {
    if (resourceVersion === '') match('resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (options.continue) match('resourceVersionMatch is forbidden when continue is provided')
    if (resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan') {
      errors.push(notSupported('resourceVersionMatch', resourceVersionMatch, ['Exact', 'NotOlderThan', '']))
    }
    if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
      match('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (errors.length > 0) throw invalidOptions(errors)
  if (options.continue && resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
}

/** What a real server refuses of the same on a watch. */
export function checkWatchOptions(options: {
  readonly resourceVersionMatch?: string | undefined
  readonly sendInitialEvents?: boolean | undefined
  readonly continue?: string | undefined
}): void {
  const { resourceVersionMatch = '', sendInitialEvents } = options
  const errors: FieldError[] = []
  const match = (detail: string) => errors.push(forbiddenField('resourceVersionMatch', detail))
  if (options.continue) match('resourceVersionMatch is forbidden when continue is provided')
  if (sendInitialEvents !== undefined) {
    if (resourceVersionMatch !== 'NotOlderThan') {
      match('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
      if (resourceVersionMatch !== '') {
        errors.push(notSupported('resourceVersionMatch', resourceVersionMatch, ['NotOlderThan']))
      }
    }
  } else if (resourceVersionMatch !== '') {
    match('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (errors.length > 0) throw invalidOptions(errors)
}
