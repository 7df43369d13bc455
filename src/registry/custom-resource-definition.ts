import { cloneJson } from '../apimachinery/clone.ts'
import type { JsonObject, JsonValue, KubernetesObject } from '../apimachinery/object.ts'
import {
  definitionName,
  type Kind,
  type KindNames,
  type KindVersion,
  type PlaneSort,
  type PrinterColumn,
  type ScaleSubresource,
} from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * `apiextensions.k8s.io/v1` CustomResourceDefinition, as far as the engine reads it. Stored definitions have passed
 * validation, but one that is still being validated may lack anything: hence the optional fields.
 */
export interface DefinitionSpec {
  readonly group?: string
  readonly scope?: string
  readonly names?: Partial<KindNames>
  readonly versions?: readonly DefinitionVersion[]
  readonly conversion?: {
    readonly strategy?: string
    readonly webhook?: {
      readonly clientConfig?: object
      readonly conversionReviewVersions?: readonly string[]
    }
  }
  readonly preserveUnknownFields?: boolean
}

export interface DefinitionVersion {
  readonly name?: string
  readonly served?: boolean
  readonly storage?: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema }
  readonly subresources?: { readonly status?: object; readonly scale?: Partial<ScaleSubresource> }
  readonly additionalPrinterColumns?: readonly Partial<PrinterColumn>[]
  readonly selectableFields?: readonly { readonly jsonPath?: string }[]
}

export interface DefinitionStatus {
  readonly conditions?: readonly DefinitionCondition[]
  readonly acceptedNames?: Partial<KindNames>
  readonly storedVersions?: readonly string[]
}

export interface DefinitionCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export function definitionSpec(definition: KubernetesObject): DefinitionSpec {
  return (definition.spec ?? {}) as DefinitionSpec
}

export function definitionStatus(definition: KubernetesObject): DefinitionStatus {
  return (definition.status ?? {}) as DefinitionStatus
}

/** What tables show of a kind that declares no columns. */
const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** The kind that a valid definition defines, served on the given sorts of planes. */
export function kindFromCustomResourceDefinition(
  definition: KubernetesObject,
  planes: readonly PlaneSort[],
): Kind {
  const spec = definitionSpec(definition)
  const { names = {} } = spec
  const kind = names.kind ?? ''
  return {
    group: spec.group ?? '',
    names: {
      kind,
      listKind: names.listKind ?? `${kind}List`,
      plural: names.plural ?? '',
      singular: names.singular ?? kind.toLowerCase(),
      ...(names.shortNames ? { shortNames: names.shortNames } : {}),
      ...(names.categories ? { categories: names.categories } : {}),
    },
    scope: spec.scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
    planes,
    origin: 'custom',
    ...(definition.metadata.deletionTimestamp === undefined ? {} : { isTerminating: true }),
    versions: [...(spec.versions ?? [])]
      .sort(byPreference)
      .map((version) => versionFromDefinition(version, spec)),
  }
}

/** What is told of a deprecated version: that there is a better one, where there is. */
function deprecation({ name }: DefinitionVersion, { group, names, versions = [] }: DefinitionSpec): string {
  const better = [...versions]
    .sort(byPreference)
    .find((each) => each.served && !each.deprecated && byPreference(each, { name: name ?? '' }) < 0)
  const kind = names?.kind ?? ''
  const advice = better ? `; use ${group}/${better.name} ${kind}` : ''
  return `${group}/${name} ${kind} is deprecated${advice}`
}

function versionFromDefinition(version: DefinitionVersion, spec: DefinitionSpec): KindVersion {
  const { subresources, selectableFields } = version
  const schema = version.schema?.openAPIV3Schema ?? { type: 'object' }
  const columns = (version.additionalPrinterColumns ?? []) as readonly PrinterColumn[]
  return {
    name: version.name ?? '',
    served: version.served === true,
    storage: version.storage === true,
    ...(version.deprecated ? { deprecated: true } : {}),
    ...(version.deprecated
      ? { deprecationWarning: version.deprecationWarning ?? deprecation(version, spec) }
      : {}),
    schema: () => schema,
    columns: columns.length > 0 ? columns : [ageColumn],
    ...(selectableFields
      ? { selectableFields: selectableFields.map(({ jsonPath = '' }) => jsonPath.replace(/^\./, '')) }
      : {}),
    subresources: {
      ...(subresources?.status ? { status: true } : {}),
      ...(subresources?.scale ? { scale: subresources.scale as ScaleSubresource } : {}),
    },
  }
}

const kubernetesVersion = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/

/** Kubernetes' order: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, then other names by the alphabet. */
export function byPreference(left: { readonly name?: string }, right: { readonly name?: string }): number {
  const [leftName = '', rightName = ''] = [left.name, right.name]
  const leftRank = rank(leftName)
  const rightRank = rank(rightName)
  if (!leftRank || !rightRank) {
    if (leftRank || rightRank) return leftRank ? -1 : 1
    return leftName < rightName ? -1 : leftName > rightName ? 1 : 0
  }
  for (const [index, value] of leftRank.entries()) {
    const difference = (rightRank[index] as number) - value
    if (difference !== 0) return difference
  }
  return 0
}

function rank(name: string): readonly number[] | undefined {
  const match = kubernetesVersion.exec(name)
  if (!match) return undefined
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0
  return [stability, Number(match[1]), Number(match[3] ?? 0)]
}

/** A kind as the definition that would define it: how built-in kinds are shown. Without status. */
export function customResourceDefinitionFromKind(kind: Kind): KubernetesObject {
  const { shortNames, categories, ...names } = kind.names
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: definitionName(kind) },
    spec: {
      group: kind.group,
      names: {
        ...names,
        ...(shortNames ? { shortNames: [...shortNames] } : {}),
        ...(categories ? { categories: [...categories] } : {}),
      },
      scope: kind.scope,
      conversion: { strategy: 'None' },
      versions: kind.versions.map(definitionFromVersion),
    },
  }
}

function definitionFromVersion(version: KindVersion): JsonValue {
  const { selectableFields, subresources, columns } = version
  const declared = {
    ...(subresources?.status ? { status: {} } : {}),
    ...(subresources?.scale ? { scale: { ...subresources.scale } } : {}),
  }
  return {
    name: version.name,
    served: version.served,
    storage: version.storage,
    ...(version.deprecated ? { deprecated: true } : {}),
    ...(version.deprecationWarning ? { deprecationWarning: version.deprecationWarning } : {}),
    schema: { openAPIV3Schema: definitionSchema(version) },
    ...(Object.keys(declared).length > 0 ? { subresources: declared } : {}),
    ...(columns.length > 0 ? { additionalPrinterColumns: columns.map((column) => ({ ...column })) } : {}),
    ...(selectableFields
      ? { selectableFields: selectableFields.map((field) => ({ jsonPath: `.${field}` })) }
      : {}),
  }
}

/** The schema as a definition may have it: what `metadata` is goes without saying, even a description is refused. */
function definitionSchema(version: KindVersion): JsonValue {
  const schema = withoutPatchStrategies(cloneJson(version.schema()) as unknown as JsonValue) as JsonObject
  const properties = (schema.properties ?? {}) as JsonObject
  if (properties.metadata === undefined) return schema
  return { ...schema, properties: { ...properties, metadata: { type: 'object' } } }
}

/** Patch strategies belong to core kinds and to no definition. */
function withoutPatchStrategies(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutPatchStrategies)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('x-kubernetes-patch-'))
      .map(([key, value]) => [key, withoutPatchStrategies(value)]),
  )
}
