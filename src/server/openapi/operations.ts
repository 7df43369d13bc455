import type { Resource } from '../../registry/kind.ts'
import { resourceVerbs } from '../discovery/api-resource.ts'
import { componentName, metaName } from './component-name.ts'
import {
  type Action,
  nameParameter,
  namespaceParameter,
  type Parameter,
  queryParameters,
} from './parameters.ts'
import type { GroupVersionKind } from './schema.ts'

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch'

/** One operation of the API, before it is written in either version of OpenAPI. */
export interface Operation {
  readonly path: string
  readonly method: Method
  readonly id: string
  readonly tag: string
  readonly description: string
  /** Absent for discovery and the version. */
  readonly action?: Action
  readonly groupVersionKind?: GroupVersionKind
  readonly pathParameters: readonly Parameter[]
  readonly queryParameters: readonly Parameter[]
  /** The component of the body and the content types in which it may be written. */
  readonly body?: {
    readonly component: string
    readonly types: readonly string[]
    readonly required: boolean
  }
  /** The component of a successful answer, and the codes with which it comes. */
  readonly answer: { readonly component: string; readonly codes: readonly (200 | 201 | 202)[] }
}

/** Everything that can be done with a resource and its subresources. */
export function operations(resource: Resource): Operation[] {
  const { kind, definition } = resource
  const names = kind.names
  const itself = componentName(resource, names.kind)
  const list = componentName(resource, names.listKind)
  const groupVersionKind = { group: resource.group, kind: names.kind, version: resource.version }
  const groupName = tagOf(resource)
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.apiVersion}`
  const namespaced = kind.scope === 'Namespaced'
  const collection = namespaced ? `${root}/namespaces/{namespace}/${names.plural}` : `${root}/${names.plural}`
  const item = `${collection}/{name}`
  const infix = namespaced ? 'Namespaced' : ''
  const inNamespace = namespaced ? [namespaceParameter] : []
  const ofItem = [nameParameter(names.kind), ...inNamespace]
  const verbs = resourceVerbs(resource)

  const operation = (
    method: Method,
    path: string,
    action: Action,
    id: string,
    description: string,
    rest: Pick<Operation, 'answer' | 'pathParameters'> &
      Partial<Pick<Operation, 'body' | 'groupVersionKind'>>,
  ): Operation => ({
    path,
    method,
    action,
    id: id.replace('%', capital(camel(groupName))),
    tag: groupName,
    description,
    groupVersionKind,
    queryParameters: queryParameters[action],
    ...rest,
  })

  /** get, put and patch of the object or of a part of it. */
  const itemOperations = (part: string, component: string, gvk: GroupVersionKind): Operation[] => {
    const path = part === '' ? item : `${item}/${part}`
    const suffix = `${infix}${names.kind}${capital(part)}`
    const what = part === '' ? names.kind : `the ${part} of ${names.kind}`
    const common = { pathParameters: ofItem, groupVersionKind: gvk }
    return [
      operation('get', path, 'get', `read%${suffix}`, `Read one ${what}.`, {
        ...common,
        answer: { component, codes: [200] },
      }),
      operation('put', path, 'put', `replace%${suffix}`, `Replace one ${what}.`, {
        ...common,
        body: { component, types: objectTypes, required: true },
        answer: { component, codes: [200, 201] },
      }),
      operation('patch', path, 'patch', `patch%${suffix}`, `Change a part of one ${what}.`, {
        ...common,
        body: { component: metaName('Patch'), types: patchTypes[kind.origin], required: true },
        answer: { component, codes: [200, 201] },
      }),
    ]
  }

  const create = operation(
    'post',
    collection,
    'post',
    `create%${infix}${names.kind}`,
    `Create a ${names.kind}.`,
    {
      pathParameters: inNamespace,
      body: { component: itself, types: objectTypes, required: true },
      answer: { component: itself, codes: [200, 201, 202] },
    },
  )
  if (kind.answer) return [create]

  const deleteBody = { component: metaName('DeleteOptions'), types: objectTypes, required: false }
  const result: Operation[] = [
    operation(
      'get',
      collection,
      'list',
      `list%${infix}${names.kind}`,
      `List or watch objects of kind ${names.kind}.`,
      {
        pathParameters: inNamespace,
        answer: { component: list, codes: [200] },
      },
    ),
    create,
    ...itemOperations('', itself, groupVersionKind),
    operation('delete', item, 'delete', `delete%${infix}${names.kind}`, `Delete one ${names.kind}.`, {
      pathParameters: ofItem,
      body: deleteBody,
      answer: { component: metaName('Status'), codes: [200, 202] },
    }),
  ]
  if (verbs.includes('deletecollection')) {
    result.push(
      operation(
        'delete',
        collection,
        'deletecollection',
        `delete%Collection${infix}${names.kind}`,
        `Delete all objects of kind ${names.kind} that a list with the same query shows.`,
        {
          pathParameters: inNamespace,
          body: deleteBody,
          answer: { component: metaName('Status'), codes: [200] },
        },
      ),
    )
  }
  if (namespaced) {
    result.push(
      operation(
        'get',
        `${root}/${names.plural}`,
        'list',
        `list%${names.kind}ForAllNamespaces`,
        `List or watch objects of kind ${names.kind} in all namespaces.`,
        { pathParameters: [], answer: { component: list, codes: [200] } },
      ),
    )
  }
  if (definition.subresources?.status) result.push(...itemOperations('status', itself, groupVersionKind))
  if (definition.subresources?.scale) {
    const scale = { group: 'autoscaling', kind: 'Scale', version: 'v1' }
    result.push(...itemOperations('scale', 'io.k8s.api.autoscaling.v1.Scale', scale))
  }
  if (definition.subresources?.finalize) {
    result.push(
      operation(
        'put',
        `${item}/finalize`,
        'put',
        `replace%${infix}${names.kind}Finalize`,
        `Replace the finalizers in the spec of one ${names.kind}.`,
        {
          pathParameters: ofItem,
          body: { component: itself, types: objectTypes, required: true },
          answer: { component: itself, codes: [200, 201] },
        },
      ),
    )
  }
  return result
}

const objectTypes = ['application/json', 'application/yaml']

const patchTypes = {
  core: [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ],
  custom: ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
}

/** `compute.datumapis.com/v1alpha` is `computeDatumapisCom_v1alpha`, `coordination.k8s.io/v1` is `coordination_v1`. */
export function tagOf({ group, version }: { group: string; version: string }): string {
  const name = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')
  return `${camelGroup(name)}_${version}`
}

function camelGroup(group: string): string {
  const [first = '', ...rest] = group.split(/[.-]/)
  return first + rest.map(capital).join('')
}

function camel(tag: string): string {
  return tag.split('_').map(capital).join('')
}

function capital(word: string): string {
  return word === '' ? '' : (word[0] as string).toUpperCase() + word.slice(1)
}
