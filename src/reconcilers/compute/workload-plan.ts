import { type Finding, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import type { WorkloadObject, WorkloadPlacement, WorkloadStatus } from '../../schemas/compute/workload.ts'
import type {
  WorkloadDeploymentObject,
  WorkloadDeploymentSpec,
} from '../../schemas/compute/workload-deployment.ts'

/** One deployment that a workload should have: a city of a placement. */
export interface PlannedDeployment {
  readonly name: string
  readonly placement: string
  readonly spec: WorkloadDeploymentSpec
}

/** The name of the part of a workload for one city of one placement. */
function deploymentName(workload: string, placement: string, cityCode: string): string {
  return `${workload}-${placement}-${cityCode.toLowerCase()}`
}

/** One deployment for each city of each placement that `hasLocation`; other cities are passed over, as deployed. */
export function planDeployments(
  workload: WorkloadObject,
  hasLocation: (cityCode: string) => boolean,
): Map<string, PlannedDeployment> {
  const planned = new Map<string, PlannedDeployment>()
  const { name: workloadName, uid = '' } = workload.metadata
  for (const placement of workload.spec.placements) {
    for (const cityCode of placement.cityCodes) {
      const name = deploymentName(workloadName, placement.name, cityCode)
      // Nothing keeps two placements from having one name; the first one counts.
      if (!hasLocation(cityCode) || planned.has(name)) continue
      planned.set(name, {
        name,
        placement: placement.name,
        spec: {
          workloadRef: { name: workloadName, uid },
          placementName: placement.name,
          cityCode,
          template: workload.spec.template,
          scaleSettings: placement.scaleSettings,
        },
      })
    }
  }
  return planned
}

/** What keeps a workload from having the deployments that it should have. */
export interface Obstacle {
  readonly reason: 'NetworkNotFound' | 'NoLocations'
  readonly message: string
}

/** A deployment that there cannot be: another workload has taken its name, or nothing may have such a name. */
export interface NameConflict {
  readonly reason: 'DeploymentNameConflict' | 'DeploymentRefused'
  readonly placement: string
  readonly message: string
}

/**
 * The counters and conditions of a workload, from the deployments that it has. Placements are reported by name, those
 * alone that have deployments or would have them but for a conflict.
 */
export function workloadStatus(
  workload: WorkloadObject,
  deployments: readonly WorkloadDeploymentObject[],
  obstacle: Obstacle | undefined,
  conflicts: readonly NameConflict[],
  citiesWithoutLocation: readonly string[],
  now: number,
): WorkloadStatus {
  const { status } = workload
  const names = new Set([
    ...deployments.map((deployment) => deployment.spec?.placementName ?? ''),
    ...conflicts.map((conflict) => conflict.placement),
  ])
  const placements = [...names].sort().map((name) => {
    const members = deployments.filter((deployment) => deployment.spec?.placementName === name)
    const old = status?.placements?.find((placement) => placement.name === name)
    const conflict = conflicts.find((each) => each.placement === name)
    const finding = placementAvailable(members, conflict)
    return { name, conditions: setCondition(old?.conditions, finding, now), ...sumCounts(members) }
  })
  const anyAvailable = placements.some((placement) => isTrue(placement.conditions, 'Available'))
  return {
    ...status,
    conditions: setCondition(
      status?.conditions,
      workloadAvailable(anyAvailable, obstacle, conflicts, citiesWithoutLocation),
      now,
    ),
    deployments: deployments.length,
    ...sumCounts(deployments),
    placements,
  }
}

function placementAvailable(
  deployments: readonly WorkloadDeploymentObject[],
  conflict: NameConflict | undefined,
): Finding {
  const type = 'Available'
  if (deployments.some((deployment) => isTrue(deployment.status?.conditions, 'Available'))) {
    return {
      type,
      status: 'True',
      reason: 'AvailableDeploymentFound',
      message: 'At least one deployment is available',
    }
  }
  if (conflict) return { type, status: 'False', reason: conflict.reason, message: conflict.message }
  return { type, status: 'False', reason: 'NoAvailableDeployments', message: 'No deployment is available' }
}

function workloadAvailable(
  anyAvailable: boolean,
  obstacle: Obstacle | undefined,
  conflicts: readonly NameConflict[],
  citiesWithoutLocation: readonly string[],
): Finding {
  const type = 'Available'
  if (obstacle && !(obstacle.reason === 'NoLocations' && anyAvailable)) {
    return { type, status: 'False', reason: obstacle.reason, message: obstacle.message }
  }
  const told = conflicts.map((conflict) => conflict.message)
  const hindrances = citiesWithoutLocation.length > 0 ? [...told, noLocationIn(citiesWithoutLocation)] : told
  if (anyAvailable) {
    const message = ['At least one placement is available', ...hindrances].join('; ')
    return { type, status: 'True', reason: 'AvailablePlacementFound', message }
  }
  if (conflicts[0]) {
    return { type, status: 'False', reason: conflicts[0].reason, message: hindrances.join('; ') }
  }
  const message = ['No placement is available', ...hindrances].join('; ')
  return { type, status: 'False', reason: 'NoAvailablePlacements', message }
}

export function noLocationIn(cities: readonly string[]): string {
  return `No location is in these cities: ${cities.join(', ')}`
}

function sumCounts(deployments: readonly WorkloadDeploymentObject[]) {
  const sum = (of: (status: NonNullable<WorkloadDeploymentObject['status']>) => number) =>
    deployments.reduce((total, { status }) => total + (status ? of(status) : 0), 0)
  return {
    replicas: sum((status) => status.replicas),
    currentReplicas: sum((status) => status.currentReplicas),
    desiredReplicas: sum((status) => status.desiredReplicas),
    readyReplicas: sum((status) => status.readyReplicas),
  }
}

/** The networks that the instances of a workload are connected to, each once, as `namespace` and `name`. */
export function networksOf(workload: WorkloadObject): { namespace: string; name: string }[] {
  const networks = new Map<string, { namespace: string; name: string }>()
  for (const { network } of workload.spec.template.spec.networkInterfaces) {
    const namespace = network.namespace ?? workload.metadata.namespace ?? ''
    networks.set(`${namespace}/${network.name}`, { namespace, name: network.name })
  }
  return [...networks.values()]
}

/** The cities that a placement asks for and that no location is in. */
export function missingCities(
  placements: readonly WorkloadPlacement[],
  hasLocation: (cityCode: string) => boolean,
): string[] {
  return [...new Set(placements.flatMap(({ cityCodes }) => cityCodes))].filter((city) => !hasLocation(city))
}
