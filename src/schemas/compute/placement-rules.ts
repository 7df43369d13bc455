import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../apimachinery/field-error.ts'
import { parseQuantity } from '../../apimachinery/quantity.ts'
import { checkLabelName } from './name-rules.ts'
import type { ScaleSettings } from './scale-settings.ts'
import type { WorkloadPlacement } from './workload.ts'

const maxReplicasOfPlacement = 1000

type ResourceMetric = NonNullable<NonNullable<ScaleSettings['metrics']>[number]['resource']>

/** `cityCodes` are those of the project's Locations, sorted. */
export function checkPlacements(
  path: string,
  placements: readonly WorkloadPlacement[],
  cityCodes: readonly string[],
): FieldError[] {
  if (placements.length === 0) return [required(path)]
  return placements.flatMap((placement, index) => {
    const placementPath = `${path}[${index}]`
    return [
      ...checkLabelName(`${placementPath}.name`, placement.name),
      ...checkCityCodes(`${placementPath}.cityCodes`, placement.cityCodes, cityCodes),
      ...checkScaleSettings(`${placementPath}.scaleSettings`, placement.scaleSettings),
    ]
  })
}

function checkCityCodes(path: string, codes: readonly string[], known: readonly string[]): FieldError[] {
  if (codes.length === 0) return [required(path)]
  return codes.flatMap((code, index) =>
    known.includes(code) ? [] : [notSupported(`${path}[${index}]`, code, known)],
  )
}

function checkScaleSettings(path: string, settings: ScaleSettings): FieldError[] {
  const { minReplicas, maxReplicas, metrics = [] } = settings
  const errors: FieldError[] = []
  if (minReplicas <= 0) {
    errors.push(invalid(`${path}.minReplicas`, minReplicas, 'must be greater than 0'))
  } else if (minReplicas > maxReplicasOfPlacement) {
    const detail = `must be less than or equal to ${maxReplicasOfPlacement}`
    errors.push(invalid(`${path}.minReplicas`, minReplicas, detail))
  }
  // Without `maxReplicas` nothing ever looks at the metrics.
  if (maxReplicas === undefined) return errors
  if (metrics.length === 0) {
    const detail = 'must provide scaling metrics when maxReplicas is provided'
    return [...errors, required(`${path}.metrics`, detail)]
  }
  return [
    ...errors,
    ...metrics.flatMap(({ resource }, index) => {
      const resourcePath = `${path}.metrics[${index}].resource`
      return resource === undefined ? [required(resourcePath)] : checkMetric(resourcePath, resource)
    }),
  ]
}

function checkMetric(path: string, { name, target }: ResourceMetric): FieldError[] {
  const errors = name === 'cpu' ? [] : [notSupported(`${path}.name`, name, ['cpu'])]
  const targetPath = `${path}.target`
  const given = (['value', 'averageValue', 'averageUtilization'] as const).filter(
    (field) => target[field] !== undefined,
  )
  const [first, ...others] = given
  if (first === undefined) return [...errors, required(targetPath, 'must specify a target value')]
  const value = target[first]
  if (first === 'averageUtilization') {
    if (Number(value) < 1) errors.push(invalid(`${targetPath}.${first}`, value, 'must be greater than 0'))
  } else if (!isPositive(value)) {
    errors.push(invalid(`${targetPath}.${first}`, value, 'must be positive'))
  }
  for (const field of others) {
    errors.push(forbiddenField(`${targetPath}.${field}`, 'may not specify more than 1 target value'))
  }
  return errors
}

function isPositive(value: number | string | undefined): boolean {
  const quantity = parseQuantity(String(value))
  return quantity !== undefined && quantity.nanos > 0n
}
