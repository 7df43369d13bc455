import type { KindSet } from '../../registry/kind.ts'
import { kindComponents, reachable } from './components.ts'
import { dialectV2 } from './dialect-v2.ts'
import { metaComponents } from './meta-components.ts'
import { type Operation, operations } from './operations.ts'
import type { Parameter } from './parameters.ts'
import type { OpenApiSchema } from './schema.ts'
import {
  coreVersionsOperation,
  groupOperation,
  groupsOperation,
  resourceListOperation,
  versionOperation,
} from './service-operations.ts'

/** A document of OpenAPI 2.0. It is one for everything that a plane serves. */
export interface DocumentV2 {
  readonly swagger: '2.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly definitions: Readonly<Record<string, OpenApiSchema>>
  readonly securityDefinitions: Readonly<Record<string, unknown>>
  readonly security: readonly unknown[]
}

export function documentV2(kinds: KindSet): DocumentV2 {
  const versions = kinds.groups.flatMap(({ name, versions }) =>
    versions.map(({ version, resources }) => ({ group: name, version, resources })),
  )
  const resources = versions.flatMap((each) => each.resources)
  const definitions = Object.assign({}, ...resources.map((resource) => kindComponents(resource, dialectV2)))
  const served = [
    coreVersionsOperation,
    groupsOperation,
    versionOperation,
    ...kinds.groups.filter(({ name }) => name !== '').map(({ name }) => groupOperation(name)),
    ...versions.map(({ group, version }) => resourceListOperation(group, version)),
    ...resources.flatMap(operations),
  ]
  const used = served.flatMap(({ body, answer }) => [...(body ? [body.component] : []), answer.component])
  return {
    swagger: '2.0',
    info: { title: 'datum-local', version: 'unversioned' },
    paths: paths(served),
    definitions: reachable({ ...metaComponents(dialectV2, versions), ...definitions }, [
      ...Object.keys(definitions),
      ...used,
    ]),
    securityDefinitions: {
      BearerToken: {
        type: 'apiKey',
        name: 'authorization',
        in: 'header',
        description: 'A bearer token: `Bearer` and the token.',
      },
    },
    security: [{ BearerToken: [] }],
  }
}

function paths(served: readonly Operation[]): Record<string, Record<string, unknown>> {
  const byPath: Record<string, Record<string, unknown>> = {}
  for (const operation of served) {
    byPath[operation.path] ??= operation.pathParameters.length
      ? { parameters: operation.pathParameters.map(parameter) }
      : {}
    Object.assign(byPath[operation.path] as object, { [operation.method]: operationObject(operation) })
  }
  return byPath
}

function operationObject(operation: Operation): Record<string, unknown> {
  const { body, answer, action } = operation
  const bodies = body
    ? [
        {
          name: 'body',
          in: 'body',
          ...(body.required && { required: true }),
          schema: dialectV2.reference(body.component),
        },
      ]
    : []
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    schemes: ['https'],
    consumes: body?.types ?? ['application/json', 'application/yaml'],
    produces: [
      'application/json',
      ...(action === 'list' ? ['application/json;stream=watch'] : []),
      'application/yaml',
    ],
    parameters: [...bodies, ...operation.queryParameters.map(parameter)],
    responses: {
      ...Object.fromEntries(
        answer.codes.map((code) => [
          code,
          {
            description: { 200: 'OK', 201: 'Created', 202: 'Accepted' }[code],
            schema: dialectV2.reference(answer.component),
          },
        ]),
      ),
      401: { description: 'Unauthorized' },
    },
    ...(action && { 'x-kubernetes-action': action }),
    ...(operation.groupVersionKind && { 'x-kubernetes-group-version-kind': operation.groupVersionKind }),
  }
}

function parameter({ name, in: place, type, description }: Parameter): Record<string, unknown> {
  return {
    name,
    in: place,
    description,
    type,
    uniqueItems: true,
    ...(place === 'path' && { required: true }),
  }
}
