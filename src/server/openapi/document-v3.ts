import type { Resource } from '../../registry/kind.ts'
import { kindComponents, reachable } from './components.ts'
import { dialectV3 } from './dialect-v3.ts'
import { metaComponents } from './meta-components.ts'
import { type Operation, operations } from './operations.ts'
import type { Parameter } from './parameters.ts'
import { resourceListOperation } from './service-operations.ts'

const reference = (component: string) => dialectV3.reference(component)

/** The document of one group version: its kinds, what can be done with them, and the shared types they use. */
export function groupVersionDocument(
  group: string,
  version: string,
  resources: readonly Resource[],
): Record<string, unknown> {
  const kinds = Object.assign({}, ...resources.map((resource) => kindComponents(resource, dialectV3)))
  return document(
    [resourceListOperation(group, version), ...resources.flatMap(operations)],
    { ...metaComponents(dialectV3, [{ group, version }]), ...kinds },
    Object.keys(kinds),
  )
}

/** A document of operations that concern no kind: discovery, the version. */
export function serviceDocument(served: readonly Operation[]): Record<string, unknown> {
  return document(served, metaComponents(dialectV3, []), [])
}

function document(
  served: readonly Operation[],
  available: ReturnType<typeof metaComponents>,
  roots: readonly string[],
): Record<string, unknown> {
  const used = served.flatMap(({ body, answer }) => [...(body ? [body.component] : []), answer.component])
  return {
    openapi: '3.0.0',
    info: { title: 'datum-local', version: 'unversioned' },
    paths: paths(served),
    components: {
      schemas: reachable(available, [...roots, ...used]),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
          description: 'A bearer token: `Bearer` and the token.',
        },
      },
    },
    security: [{ BearerToken: [] }],
  }
}

function paths(served: readonly Operation[]): Record<string, unknown> {
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
  const { body, answer } = operation
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(operation.queryParameters.length > 0 && { parameters: operation.queryParameters.map(parameter) }),
    ...(body && {
      requestBody: {
        content: Object.fromEntries(body.types.map((type) => [type, { schema: reference(body.component) }])),
        ...(body.required && { required: true }),
      },
    }),
    responses: {
      ...Object.fromEntries(answer.codes.map((code) => [code, response(code, operation)])),
      401: { description: 'Unauthorized' },
    },
    ...(operation.action && { 'x-kubernetes-action': operation.action }),
    ...(operation.groupVersionKind && { 'x-kubernetes-group-version-kind': operation.groupVersionKind }),
  }
}

function response(code: 200 | 201 | 202, { answer, action }: Operation): Record<string, unknown> {
  const types =
    action === 'list' ? ['application/json', 'application/json;stream=watch'] : ['application/json']
  const schema = reference(answer.component)
  return {
    description: { 200: 'OK', 201: 'Created', 202: 'Accepted' }[code],
    content: Object.fromEntries([...types, 'application/yaml'].map((type) => [type, { schema }])),
  }
}

function parameter({ name, in: place, type, description }: Parameter): Record<string, unknown> {
  return {
    name,
    in: place,
    description,
    ...(place === 'path' && { required: true }),
    schema: { type, uniqueItems: true },
  }
}
