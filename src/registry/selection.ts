import { badRequest } from '../apimachinery/errors.ts'
import { type FieldSelector, parseFieldSelector } from '../apimachinery/field-selector.ts'
import { type LabelSelector, parseLabelSelector } from '../apimachinery/label-selector.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Resource } from './kind.ts'
import type { RequestContext, Selectors } from './registry.ts'
import { labelTerm, ownerTerm } from './terms.ts'

/**
 * What a list or a watch is about: where to read, and which of the objects there count.
 * It joins what the client asks (namespace, selectors) with what its door shows (the view).
 */
export interface Selected {
  /** Nothing can match: do not read at all. */
  readonly nothing: boolean
  readonly namespace: string | undefined
  /** One object at most can match. */
  readonly name: string | undefined
  /** An index term that every match carries. */
  readonly term: string | undefined
  /** Absent: everything in the place matches, and nothing has to be parsed. */
  readonly matches: ((object: KubernetesObject) => boolean) | undefined
}

const nothing: Selected = {
  nothing: true,
  namespace: undefined,
  name: undefined,
  term: undefined,
  matches: () => false,
}

function valueAt(object: KubernetesObject, path: readonly string[]): string {
  let value: unknown = object
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return ''
    value = (value as Record<string, unknown>)[segment]
  }
  return value === undefined || value === null ? '' : typeof value === 'object' ? '' : String(value)
}

function fieldReader(resource: Resource, field: string): (object: KubernetesObject) => string {
  const computed = resource.definition.selectableValues?.[field]
  if (computed) return computed
  const path = field.split('.')
  return (object) => valueAt(object, path)
}

function parseLabels(text: string | undefined): LabelSelector | undefined {
  if (!text) return undefined
  const selector = parseLabelSelector(text)
  return selector.isEmpty ? undefined : selector
}

/** A core kind may be asked for the namespace that it does not have: nothing is in it. */
function metadataFields({ kind }: Resource): readonly string[] {
  const namespaced = kind.origin === 'core' || kind.scope === 'Namespaced'
  return namespaced ? ['metadata.name', 'metadata.namespace'] : ['metadata.name']
}

function parseFields(resource: Resource, selectors: Selectors): FieldSelector | undefined {
  if (!selectors.fieldSelector) return undefined
  const selector = parseFieldSelector(selectors.fieldSelector)
  const own = resource.definition.selectableFields ?? []
  const known = new Set([...metadataFields(resource), ...own])
  const unknown = selector.terms.find(({ field }) => !known.has(field))
  if (unknown) {
    const { field } = unknown
    throw badRequest(
      resource.kind.origin === 'custom' || own.length > 0
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    )
  }
  return selector.terms.length === 0 ? undefined : selector
}

/** Throws BadRequest for selectors that cannot be read or name fields that cannot be selected by. */
export async function select(
  context: RequestContext,
  resource: Resource,
  selectors: Selectors,
): Promise<Selected> {
  const labels = parseLabels(selectors.labelSelector)
  const fields = parseFields(resource, selectors)
  const shown = (await context.view?.select(resource.kind)) ?? 'everything'
  if (shown === 'nothing') return nothing

  let namespace = resource.kind.scope === 'Namespaced' ? selectors.namespace : undefined
  let name: string | undefined
  const restrict = (current: string | undefined, wanted: string): string | false =>
    current === undefined || current === wanted ? wanted : false

  for (const term of fields?.terms ?? []) {
    if (term.operator !== '=') continue
    if (term.field === 'metadata.name') {
      const narrowed = restrict(name, term.value)
      if (narrowed === false) return nothing
      name = narrowed
    } else if (term.field === 'metadata.namespace' && resource.kind.scope === 'Namespaced') {
      const narrowed = restrict(namespace, term.value)
      if (narrowed === false) return nothing
      namespace = narrowed
    }
  }
  if (shown !== 'everything') {
    if (shown.namespace !== undefined && resource.kind.scope === 'Namespaced') {
      const narrowed = restrict(namespace, shown.namespace)
      if (narrowed === false) return nothing
      namespace = narrowed
    }
    if (shown.name !== undefined) {
      const narrowed = restrict(name, shown.name)
      if (narrowed === false) return nothing
      name = narrowed
    }
  }

  const tests: ((object: KubernetesObject) => boolean)[] = []
  if (shown !== 'everything') tests.push((object) => shown.matches(object))
  if (labels) tests.push((object) => labels.matches(object.metadata.labels ?? {}))
  if (fields) {
    const readers = new Map(fields.terms.map(({ field }) => [field, fieldReader(resource, field)]))
    tests.push((object) => fields.matches((field) => readers.get(field)?.(object) ?? ''))
  }
  if (selectors.ownerUid !== undefined) {
    tests.push((object) =>
      (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === selectors.ownerUid),
    )
  }
  return {
    nothing: false,
    namespace,
    name,
    term: indexTerm(selectors, labels, shown === 'everything' ? undefined : shown.labels),
    matches: tests.length === 0 ? undefined : (object) => tests.every((test) => test(object)),
  }
}

/** The owner is the rarest thing to share, then a label asked for by value. */
function indexTerm(
  selectors: Selectors,
  labels: LabelSelector | undefined,
  shown: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (selectors.ownerUid !== undefined) return ownerTerm(selectors.ownerUid)
  for (const requirement of labels?.requirements ?? []) {
    const value = requirement.values[0]
    const equality =
      requirement.operator === '=' || requirement.operator === '==' || requirement.operator === 'in'
    if (equality && requirement.values.length === 1 && value !== undefined)
      return labelTerm(requirement.key, value)
  }
  const [first] = Object.entries(shown ?? {})
  return first ? labelTerm(first[0], first[1]) : undefined
}
