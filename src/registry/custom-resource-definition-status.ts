import { formatTime } from '../apimachinery/clock.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import {
  type DefinitionCondition,
  type DefinitionStatus,
  definitionSpec,
  definitionStatus,
} from './custom-resource-definition.ts'
import type { KindNames } from './kind.ts'
import { checkStructural } from './structural-check.ts'

/**
 * The status of a definition beside the `others` of its plane: which of its names are accepted (names are taken by the
 * first of a group to have them accepted), whether it is served, and in which versions objects were ever stored.
 * `now` is in milliseconds since 1970. A definition that is served stays served, whatever names it asks for next.
 */
export function customResourceDefinitionStatus(
  definition: KubernetesObject,
  others: readonly KubernetesObject[],
  now: number,
): DefinitionStatus {
  const status = definitionStatus(definition)
  const { acceptedNames, fault } = acceptNames(definition, others)
  const conditions = new Conditions(status.conditions ?? [], formatTime(now))
  if (fault) conditions.set('NamesAccepted', 'False', fault.reason, fault.message)
  else conditions.set('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found')
  if (!conditions.isTrue('Established')) {
    if (fault) conditions.set('Established', 'False', 'NotAccepted', 'not all names are accepted')
    else {
      conditions.set('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
    }
  }
  const violations = structuralFaults(definition)
  if (violations.length > 0) {
    conditions.set('NonStructuralSchema', 'True', 'Violations', violations.join(', '))
  } else conditions.remove('NonStructuralSchema')
  return {
    ...status,
    conditions: conditions.list,
    acceptedNames,
    storedVersions: storedVersions(definition),
  }
}

class Conditions {
  readonly list: DefinitionCondition[]
  readonly #time: string

  constructor(existing: readonly DefinitionCondition[], time: string) {
    this.list = existing.map((condition) => ({ ...condition }))
    this.#time = time
  }

  isTrue(type: string): boolean {
    return this.list.some((condition) => condition.type === type && condition.status === 'True')
  }

  /** The time of the last transition moves only with the status. */
  set(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const index = this.list.findIndex((condition) => condition.type === type)
    const old = this.list[index]
    const lastTransitionTime = (old?.status === status ? old.lastTransitionTime : undefined) ?? this.#time
    const condition = { type, status, reason, message, lastTransitionTime }
    if (index === -1) this.list.push(condition)
    else this.list[index] = condition
  }

  remove(type: string): void {
    const index = this.list.findIndex((condition) => condition.type === type)
    if (index !== -1) this.list.splice(index, 1)
  }
}

interface NameFault {
  readonly reason: string
  readonly message: string
}

/** Each name is accepted by itself; a name that is taken leaves the one accepted before. The last fault is told. */
function acceptNames(
  definition: KubernetesObject,
  others: readonly KubernetesObject[],
): { acceptedNames: Partial<KindNames>; fault: NameFault | undefined } {
  const { group, names = {} } = definitionSpec(definition)
  const taken = others
    .filter(
      (other) => other.metadata.name !== definition.metadata.name && definitionSpec(other).group === group,
    )
    .map((other) => definitionStatus(other).acceptedNames ?? {})
  const resources = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]),
  )
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]))
  const accepted: { -readonly [Name in keyof KindNames]?: KindNames[Name] } = {
    ...definitionStatus(definition).acceptedNames,
  }
  let fault: NameFault | undefined
  const claim = (
    field: 'plural' | 'singular' | 'kind' | 'listKind',
    used: ReadonlySet<unknown>,
    reason: string,
  ) => {
    const name = names[field]
    if (name === undefined) return
    if (used.has(name)) fault = { reason, message: `${JSON.stringify(name)} is already in use` }
    else accepted[field] = name
  }
  claim('plural', resources, 'PluralConflict')
  claim('singular', resources, 'SingularConflict')
  const shortNames = names.shortNames ?? []
  const conflicts = shortNames.filter((name) => resources.has(name))
  if (conflicts.length > 0) {
    const shown = conflicts.map((name) => `${JSON.stringify(name)} is already in use`)
    fault = {
      reason: 'ShortNamesConflict',
      message: shown.length === 1 ? (shown[0] as string) : `[${shown.join(', ')}]`,
    }
  } else if (shortNames.length > 0) accepted.shortNames = shortNames
  else delete accepted.shortNames
  claim('kind', kinds, 'KindConflict')
  claim('listKind', kinds, 'ListKindConflict')
  if (names.categories && names.categories.length > 0) accepted.categories = names.categories
  else delete accepted.categories
  return { acceptedNames: accepted, fault }
}

function storedVersions(definition: KubernetesObject): readonly string[] {
  const stored = definitionStatus(definition).storedVersions ?? []
  const storage = definitionSpec(definition).versions?.find((version) => version.storage)?.name
  return storage === undefined || stored.includes(storage) ? stored : [...stored, storage]
}

/** Only a definition from before validation can have these. */
function structuralFaults(definition: KubernetesObject): string[] {
  return (definitionSpec(definition).versions ?? []).flatMap((version, index) => {
    const schema = version.schema?.openAPIV3Schema
    const path = `spec.versions[${index}].schema.openAPIV3Schema`
    return schema ? checkStructural(schema, path).map((error) => `${error.field}: ${error.message}`) : []
  })
}
