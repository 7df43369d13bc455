import { badRequest, invalidObject, type StatusError } from '../apimachinery/errors.ts'
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../apimachinery/field-error.ts'
import { cannotUnmarshal } from '../apimachinery/typed-json.ts'
import { validateManager } from '../registry/metadata.ts'
import type { DeleteOptions, UpdateOptions, WriteOptions } from '../registry/registry.ts'
import { type Query, queryBoolean, queryInteger } from './query.ts'

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'

const longestManager = 128

/** The options of a create or update out of the query; 422 for what is not allowed, as a real server answers. */
export function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions',
  query: Query,
  userAgent: string | undefined,
): WriteOptions {
  return checkedOptions(kind, query, userAgent, [])
}

/** The options of a patch; `apply` says whether it is a server-side apply. */
export function patchOptions(query: Query, userAgent: string | undefined, apply: boolean): UpdateOptions {
  const force = queryBoolean(query, 'force')
  const errors: FieldError[] = []
  if (apply) {
    if (!query.get('fieldManager')) errors.push(required('fieldManager', 'is required for apply patch'))
  } else if (force !== undefined) {
    errors.push(forbiddenField('force', 'may not be specified for non-apply patch'))
  }
  const options = checkedOptions('PatchOptions', query, userAgent, errors)
  return force === undefined ? options : { ...options, force }
}

function checkedOptions(
  kind: OptionsKind,
  query: Query,
  userAgent: string | undefined,
  errors: FieldError[],
): WriteOptions {
  const fieldManager = query.get('fieldManager') ?? ''
  errors.push(...validateManager(fieldManager, 'fieldManager'))
  const dryRun = query.get('dryRun') ?? ''
  errors.push(...checkDryRun(dryRun === '' ? [] : [dryRun]))
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!isFieldValidation(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  }
  if (errors.length > 0) throw invalidOptions(kind, errors)
  const manager = fieldManager === '' ? managerOf(userAgent) : fieldManager
  return {
    ...(dryRun === '' ? {} : { dryRun: true }),
    ...(manager === '' ? {} : { fieldManager: manager }),
    ...(isFieldValidation(fieldValidation) && fieldValidation !== '' ? { fieldValidation } : {}),
  }
}

function isFieldValidation(value: string): value is '' | 'Ignore' | 'Warn' | 'Strict' {
  return value === '' || value === 'Ignore' || value === 'Warn' || value === 'Strict'
}

function checkDryRun(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])]
}

/** Who writes, where the request does not say: the first word of the user agent, in printable characters. */
function managerOf(userAgent: string | undefined): string {
  const word = userAgent?.split('/')[0] ?? ''
  return word.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '').slice(0, longestManager)
}

function invalidOptions(kind: string, errors: readonly FieldError[]): StatusError {
  return invalidObject('meta.k8s.io', kind, '', errors)
}

const propagationPolicies = ['Foreground', 'Background', 'Orphan'] as const
type PropagationPolicy = (typeof propagationPolicies)[number]

/** The options of a delete: those of the body where there is one, else those of the query. */
export function deleteOptions(query: Query, body: Record<string, unknown> | undefined): DeleteOptions {
  return body === undefined ? deleteOptionsOfQuery(query) : deleteOptionsOfBody(body)
}

function deleteOptionsOfQuery(query: Query): DeleteOptions {
  const dryRun = query.get('dryRun') ?? ''
  return checkedDeleteOptions({
    dryRun: dryRun === '' ? [] : [dryRun],
    propagationPolicy: query.get('propagationPolicy'),
    gracePeriodSeconds: queryInteger(query, 'gracePeriodSeconds'),
    orphanDependents: queryBoolean(query, 'orphanDependents'),
  })
}

function deleteOptionsOfBody(body: Record<string, unknown>): DeleteOptions {
  const { preconditions } = body
  if (preconditions !== undefined && preconditions !== null && typeof preconditions !== 'object') {
    throw wrongType('preconditions', preconditions)
  }
  const { uid, resourceVersion } = (preconditions ?? {}) as Record<string, unknown>
  return checkedDeleteOptions({
    dryRun: stringList(body.dryRun),
    propagationPolicy: optional(body.propagationPolicy, 'string', 'propagationPolicy'),
    gracePeriodSeconds: optional(body.gracePeriodSeconds, 'number', 'gracePeriodSeconds'),
    orphanDependents: optional(body.orphanDependents, 'boolean', 'orphanDependents'),
    uid: optional(uid, 'string', 'preconditions.uid'),
    resourceVersion: optional(resourceVersion, 'string', 'preconditions.resourceVersion'),
  })
}

function checkedDeleteOptions(given: {
  dryRun: readonly string[]
  propagationPolicy: string | undefined
  gracePeriodSeconds: number | undefined
  orphanDependents: boolean | undefined
  uid?: string | undefined
  resourceVersion?: string | undefined
}): DeleteOptions {
  const { dryRun, propagationPolicy, gracePeriodSeconds, orphanDependents, uid, resourceVersion } = given
  const errors: FieldError[] = []
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(
      invalid(
        'propagationPolicy',
        propagationPolicy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    )
  }
  if (propagationPolicy !== undefined && !isPropagationPolicy(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...propagationPolicies, 'nil']))
  }
  errors.push(...checkDryRun(dryRun))
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors)
  return {
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
    ...(propagationPolicy !== undefined && isPropagationPolicy(propagationPolicy)
      ? { propagationPolicy }
      : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(uid === undefined && resourceVersion === undefined
      ? {}
      : {
          preconditions: {
            ...(uid === undefined ? {} : { uid }),
            ...(resourceVersion === undefined ? {} : { resourceVersion }),
          },
        }),
  }
}

function isPropagationPolicy(value: string): value is PropagationPolicy {
  return (propagationPolicies as readonly string[]).includes(value)
}

function stringList(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw wrongType('dryRun', value)
  return value
}

function optional(value: unknown, type: 'string', field: string): string | undefined
function optional(value: unknown, type: 'number', field: string): number | undefined
function optional(value: unknown, type: 'boolean', field: string): boolean | undefined
function optional(value: unknown, type: string, field: string): unknown {
  if (value === undefined || value === null) return undefined
  if (typeof value !== type) throw wrongType(field, value)
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw wrongType(field, value)
  return value
}

const goTypes: Readonly<Record<string, string>> = {
  dryRun: '[]string',
  propagationPolicy: 'v1.DeletionPropagation',
  gracePeriodSeconds: 'int64',
  orphanDependents: 'bool',
  preconditions: 'v1.Preconditions',
  'preconditions.uid': 'types.UID',
  'preconditions.resourceVersion': 'string',
}

function wrongType(field: string, value: unknown): StatusError {
  return badRequest(cannotUnmarshal(value, `struct field DeleteOptions.${field}`, goTypes[field] as string))
}
