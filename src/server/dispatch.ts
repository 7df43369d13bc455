import type { FastifyReply, FastifyRequest } from 'fastify'
import { badRequest, methodNotAllowed, noSuchMethod, noSuchPath, notFound } from '../apimachinery/errors.ts'
import { groupResource, type KindSet, type Resource } from '../registry/kind.ts'
import { encoded } from './discovery/answer.ts'
import { resourceVerbs } from './discovery/api-resource.ts'
import { discover } from './discovery.ts'
import { create } from './handlers/create.ts'
import { deleteObject } from './handlers/delete.ts'
import { deleteCollection } from './handlers/delete-collection.ts'
import { get } from './handlers/get.ts'
import { list } from './handlers/list.ts'
import { patch, patchType } from './handlers/patch.ts'
import { update } from './handlers/update.ts'
import { watch } from './handlers/watch.ts'
import { createNegotiator, wantsPretty } from './negotiation.ts'
import type { OpenPaths } from './open-paths.ts'
import type { Handler, PlaneRequest, ServerEnvironment } from './request.ts'
import type { ResourceInfo } from './request-info.ts'
import { type Answer, pageNotFound, withWarnings } from './respond.ts'

const handlers: Readonly<Record<string, Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteObject,
  deletecollection: deleteCollection,
}

const subresourceVerbs: Readonly<Record<string, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  finalize: ['update'],
}

const noBody = Buffer.alloc(0)

/**
 * Finds who answers a request. `onServed` is called when its URL names something that is served: figures are kept under
 * such names alone. Resolves to undefined when the response has been taken over.
 */
export type Dispatch = (
  request: FastifyRequest,
  reply: FastifyReply,
  planeRequest: PlaneRequest,
  onServed: () => void,
) => Promise<Answer | undefined>

export function createDispatch(environment: ServerEnvironment, openPaths: OpenPaths): Dispatch {
  const negotiate = createNegotiator()

  async function dispatchResource(
    request: FastifyRequest,
    reply: FastifyReply,
    { query, context }: PlaneRequest & { context: NonNullable<PlaneRequest['context']> },
    info: ResourceInfo,
    onServed: () => void,
  ): Promise<Answer | undefined> {
    const kinds = await environment.registry.kinds(context.plane)
    const resource = kinds.find(info.group, info.version, info.resource)
    if (!resource || !hasShapeOf(resource, info)) {
      if (isCompiledIn(kinds, info)) throw noSuchPath()
      return pageNotFound
    }
    const isCustom = resource.kind.origin === 'custom'
    if (!hasSubresource(resource, info)) {
      // A custom resource is looked at as a whole; what the URL adds is then a name that is not there.
      throw isCustom ? notFound(groupResource(resource.kind), info.name) : noSuchPath()
    }
    onServed()
    const handler = handlers[info.verb]
    if (isCustom) {
      // Nobody answers for custom resources of all namespaces but a list and a watch.
      if (isAcrossNamespaces(resource, info) && !isReading(info)) return pageNotFound
      if (!info.named && (info.verb === 'update' || info.verb === 'patch')) {
        if (info.verb === 'patch') patchType(resource, request.headers['content-type'])
        throw badRequest('name must be provided')
      }
    }
    if (!handler || !allows(resource, info)) {
      if (resource.kind.answer && info.named) throw noSuchPath()
      if (!isCustom) throw noSuchMethod()
      throw methodNotAllowed(groupResource(resource.kind), info.verb)
    }
    const userAgent = request.headers['user-agent']
    const answer = await handler(environment, {
      context,
      resource,
      info,
      query,
      format: negotiate(request.headers.accept),
      pretty: wantsPretty(query, userAgent),
      userAgent,
      contentType: request.headers['content-type'],
      body: Buffer.isBuffer(request.body) ? request.body : noBody,
      reply,
    })
    return answer && resource.definition.deprecated ? withDeprecation(answer, resource) : answer
  }

  /** Discovery and the documents of OpenAPI; undefined at other paths. */
  async function describeServed(
    kinds: KindSet,
    { headers: { accept, 'if-none-match': ifNoneMatch } }: FastifyRequest,
    segments: readonly string[],
    query: PlaneRequest['query'],
  ): Promise<Answer | undefined> {
    if (segments[0] === 'openapi') {
      const { openApi } = await import('./openapi/openapi.ts')
      return openApi(kinds, segments, { accept, ifNoneMatch, hash: query.get('hash') })
    }
    const discovered = discover(kinds, segments, accept, ifNoneMatch)
    return discovered && encoded(discovered)
  }

  async function dispatchPath(
    request: FastifyRequest,
    { method, segments, query, context }: PlaneRequest,
  ): Promise<Answer | undefined> {
    const reads = method === 'GET' || method === 'HEAD'
    // Checks of health do not mind the method; the version does.
    const open = await openPaths.answer(segments, query, request.headers.accept)
    if (open && segments[0] === 'version' && !reads) throw noSuchMethod()
    if (open) return open
    if (!context) return pageNotFound
    const kinds = await environment.registry.kinds(context.plane)
    const answer = (await describeServed(kinds, request, segments, query)) ?? pageNotFound
    // Where nothing is, no method is the wrong one.
    if (!reads && answer.status !== 404) throw noSuchMethod()
    return answer
  }

  return (request, reply, planeRequest, onServed) => {
    const { info, context } = planeRequest
    return info.isResource && context
      ? dispatchResource(request, reply, { ...planeRequest, context }, info, onServed)
      : dispatchPath(request, planeRequest)
  }
}

/** Whether a real server has the group version compiled in: then its paths are a list, and what is not there is told. */
function isCompiledIn({ groups }: KindSet, { group, version }: ResourceInfo): boolean {
  if (group === '') return true
  const served = groups.find(({ name }) => name === group)?.versions.find((each) => each.version === version)
  return served?.resources.some(({ kind }) => kind.origin === 'core') ?? false
}

/** Whether the URL has the shape of the kind's scope. */
function hasShapeOf({ kind }: Resource, info: ResourceInfo): boolean {
  const namespaced = kind.scope === 'Namespaced'
  const isNamespace = kind.names.plural === 'namespaces' && kind.group === ''
  if (!namespaced && info.namespace !== '' && !isNamespace) return false
  return !namespaced || info.namespace !== '' || !info.named
}

function hasSubresource({ definition }: Resource, { subresource }: ResourceInfo): boolean {
  if (subresource === '') return true
  const subresources = definition.subresources
  return (
    Object.hasOwn(subresourceVerbs, subresource) &&
    Boolean(subresources?.[subresource as keyof typeof subresources])
  )
}

function allows(resource: Resource, info: ResourceInfo): boolean {
  const { verb, subresource, named } = info
  if (subresource !== '') return subresourceVerbs[subresource]?.includes(verb) ?? false
  // A POST makes an object in a collection, PUT and PATCH need a name. Custom resources do not mind a name in a POST.
  if (verb === 'create' && named && resource.kind.origin === 'core') return false
  if ((verb === 'update' || verb === 'patch') && !named) return false
  if (isAcrossNamespaces(resource, info) && !isReading(info)) return false
  return resourceVerbs(resource).includes(verb)
}

function isAcrossNamespaces({ kind }: Resource, { namespace }: ResourceInfo): boolean {
  return kind.scope === 'Namespaced' && namespace === ''
}

function isReading({ verb }: ResourceInfo): boolean {
  return verb === 'list' || verb === 'watch'
}

function withDeprecation(answer: Answer, { definition, apiVersion, kind }: Resource): Answer {
  const text = definition.deprecationWarning ?? `${apiVersion} ${kind.names.kind} is deprecated`
  const given = answer.headers.warning
  if (given === undefined) return withWarnings(answer, [text])
  const { headers } = withWarnings(answer, [text])
  if ([given].flat().includes([headers.warning ?? []].flat()[0] ?? '')) return answer
  return { ...answer, headers: { ...answer.headers, warning: [given, headers.warning ?? []].flat() } }
}
