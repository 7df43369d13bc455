/** A parameter of an operation, in either version of OpenAPI. */
export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
}

function query(name: string, type: Parameter['type'], description: string): Parameter {
  return { name, in: 'query', type, description }
}

const allowWatchBookmarks = query(
  'allowWatchBookmarks',
  'boolean',
  'Asks for BOOKMARK events, which say up to which revision a watch has delivered everything.',
)
const continueToken = query(
  'continue',
  'string',
  'Reads the next page of a list at the same revision: the token out of the page before. A token that is too old gets 410 with a new one.',
)
const dryRun = query('dryRun', 'string', '`All` runs every check, answers as usual, and stores nothing.')
const fieldManager = query(
  'fieldManager',
  'string',
  'The name under which `metadata.managedFields` remembers who set the fields: printable, at most 128 characters. Required for apply.',
)
const fieldSelector = query(
  'fieldSelector',
  'string',
  'Only objects whose fields have these values: `metadata.name=web`. Which fields can be used depends on the kind.',
)
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What to do about unknown and duplicate fields: `Ignore`, `Warn` (a warning for each; the default) or `Strict` (refuse).',
)
const force = query('force', 'boolean', 'Takes over fields that other managers own. Only for apply.')
const gracePeriodSeconds = query(
  'gracePeriodSeconds',
  'integer',
  'How long the object may take to end, in seconds; zero for at once.',
)
const ignoreStoreReadError = query(
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'boolean',
  'Deletes an object even though it cannot be read from the store.',
)
const labelSelector = query(
  'labelSelector',
  'string',
  'Only objects with these labels: `tier in (app,web),!legacy`.',
)
const limit = query('limit', 'integer', 'At most this many objects; the rest follows with `continue`.')
const orphanDependents = query(
  'orphanDependents',
  'boolean',
  'The former way to ask for the propagation policy `Orphan`.',
)
const pretty = query('pretty', 'string', '`true` indents the answer.')
const propagationPolicy = query(
  'propagationPolicy',
  'string',
  'What becomes of dependents: `Background` deletes them afterwards, `Foreground` before the object, `Orphan` leaves them.',
)
const resourceVersion = query(
  'resourceVersion',
  'string',
  'Where a watch begins, or how fresh a list must be: empty for the newest, `0` for any, or a revision.',
)
const resourceVersionMatch = query(
  'resourceVersionMatch',
  'string',
  'How `resourceVersion` binds a list: `Exact` or `NotOlderThan`.',
)
const sendInitialEvents = query(
  'sendInitialEvents',
  'boolean',
  'Begins a watch with an ADDED event for each object, closed by a bookmark. Needs `resourceVersionMatch=NotOlderThan`.',
)
const timeoutSeconds = query('timeoutSeconds', 'integer', 'Ends a list or watch after this time.')
const watch = query('watch', 'boolean', 'Streams the changes instead of a list.')

const listSelection = [
  allowWatchBookmarks,
  continueToken,
  fieldSelector,
  labelSelector,
  limit,
  resourceVersion,
  resourceVersionMatch,
  sendInitialEvents,
  timeoutSeconds,
]

/** The query parameters of each action; these are the names of `x-kubernetes-action`. */
export const queryParameters = {
  get: [pretty],
  list: [pretty, ...listSelection, watch],
  post: [pretty, dryRun, fieldManager, fieldValidation],
  put: [pretty, dryRun, fieldManager, fieldValidation],
  patch: [pretty, dryRun, fieldManager, fieldValidation, force],
  delete: [pretty, dryRun, gracePeriodSeconds, ignoreStoreReadError, orphanDependents, propagationPolicy],
  deletecollection: [
    pretty,
    ...listSelection,
    dryRun,
    gracePeriodSeconds,
    ignoreStoreReadError,
    orphanDependents,
    propagationPolicy,
  ],
} as const satisfies Record<string, readonly Parameter[]>

export type Action = keyof typeof queryParameters

export const namespaceParameter: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'The namespace of the objects.',
}

export function nameParameter(kind: string): Parameter {
  return { name: 'name', in: 'path', type: 'string', description: `The name of the ${kind}.` }
}
