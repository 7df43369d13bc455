import type { Reconciler } from '../controller-runtime/reconciler.ts'
import { createInstanceReconciler } from './compute/instance.ts'
import { createWorkloadReconciler } from './compute/workload.ts'
import { createWorkloadDeploymentReconciler } from './compute/workload-deployment.ts'
import { createWorkloadDeploymentSchedulerReconciler } from './compute/workload-deployment-scheduler.ts'
import { createPolicyBindingReconciler } from './iam/policy-binding.ts'
import { createUserReconciler } from './iam/user.ts'
import { parseCidr } from './networking/ipam-cidr.ts'
import { createLocationReconciler } from './networking/location.ts'
import { createNetworkReconciler } from './networking/network.ts'
import { createNetworkBindingReconciler } from './networking/network-binding.ts'
import { createNetworkContextReconciler } from './networking/network-context.ts'
import { createSubnetReconciler } from './networking/subnet.ts'
import { createSubnetClaimReconciler } from './networking/subnet-claim.ts'
import { createFailures } from './provider/failures.ts'
import { createProviderInstanceReconciler } from './provider/instance.ts'
import { createProviderNetworkContextReconciler } from './provider/network-context.ts'
import { createPace, type Pace, type PaceName } from './provider/pace.ts'
import { createProviderSubnetReconciler } from './provider/subnet.ts'
import { createOrganizationReconciler } from './resourcemanager/organization.ts'
import { createOrganizationMembershipReconciler } from './resourcemanager/organization-membership.ts'
import { createProjectReconciler, type ProjectPlanes } from './resourcemanager/project.ts'
import { createExportPolicyReconciler } from './telemetry/export-policy.ts'
import { createTelemetryExportReconciler } from './telemetry/telemetry-export.ts'

export type { ProjectPlanes } from './resourcemanager/project.ts'

export interface ReconcilerOptions {
  readonly planes: ProjectPlanes
  /** Names of reconcilers that are left to somebody else; `all` stands for every name of `reconcilerNames`. */
  readonly without?: readonly string[]
  /** How fast the simulated provider works, or the pace itself, for whoever advances it by hand. Default `instant`. */
  readonly pace?: PaceName | Pace
  /** Regular expressions: images that the provider cannot have, and locations that do not work. */
  readonly failImages?: readonly string[]
  readonly failLocations?: readonly string[]
  /** The IPv4 block that external addresses come out of. */
  readonly externalPool?: string
  /** How long (milliseconds) the place of an instance that somebody has deleted stays empty. Default 0. */
  readonly replacementPause?: number
  /** Sends to the sinks of export policies what there is to tell; absent: nothing leaves. `userAgent`: as whom. */
  readonly exportTelemetry?: { readonly userAgent: string } | undefined
}

/**
 * The reconcilers that can be switched off by name: Datum's kinds and the simulated provider. Projects are not among
 * them: without it there would be no control plane to do anything else in.
 */
const switchable = {
  organization: () => createOrganizationReconciler(),
  'organization-membership': () => createOrganizationMembershipReconciler(),
  user: () => createUserReconciler(),
  'policy-binding': () => createPolicyBindingReconciler(),
  workload: () => createWorkloadReconciler(),
  'workload-deployment': ({ replacementPause }: Settings) =>
    createWorkloadDeploymentReconciler(replacementPause),
  'workload-deployment-scheduler': () => createWorkloadDeploymentSchedulerReconciler(),
  instance: () => createInstanceReconciler(),
  location: () => createLocationReconciler(),
  network: () => createNetworkReconciler(),
  'network-binding': () => createNetworkBindingReconciler(),
  'network-context': () => createNetworkContextReconciler(),
  'subnet-claim': () => createSubnetClaimReconciler(),
  subnet: () => createSubnetReconciler(),
  'export-policy': () => createExportPolicyReconciler(),
  'provider-network-context': ({ pace, failures }: Settings) =>
    createProviderNetworkContextReconciler(pace, failures),
  'provider-subnet': ({ pace }: Settings) => createProviderSubnetReconciler(pace),
  'provider-instance': (settings: Settings) => createProviderInstanceReconciler(settings),
} as const satisfies Record<string, (settings: Settings) => unknown>

type Settings = Parameters<typeof createProviderInstanceReconciler>[0] & { readonly replacementPause: number }

/** What `--without-reconcilers` accepts, beside `all`. */
export const reconcilerNames: readonly string[] = Object.keys(switchable)

/** Public addresses come out of the block that is set aside for benchmarks (RFC 2544). */
export const defaultExternalPool = '198.18.0.0/15'

/** Throws a RangeError for a name or a pool that there is not. */
export function createReconcilers(options: ReconcilerOptions): Reconciler[] {
  const { without = [], pace = 'instant', externalPool = defaultExternalPool, exportTelemetry } = options
  const unknown = without.filter((name) => name !== 'all' && !reconcilerNames.includes(name))
  if (unknown.length > 0) {
    throw new RangeError(
      `no reconciler is called ${unknown.join(', ')}; there are ${reconcilerNames.join(', ')}`,
    )
  }
  const pool = parseCidr('IPv4', externalPool)
  if (!pool) throw new RangeError(`${externalPool} is not an IPv4 block in CIDR notation without host bits`)
  const settings: Settings = {
    pace: typeof pace === 'string' ? createPace(pace) : pace,
    failures: createFailures({ images: options.failImages ?? [], locations: options.failLocations ?? [] }),
    externalPool: pool,
    replacementPause: options.replacementPause ?? 0,
  }
  const chosen = without.includes('all')
    ? []
    : Object.entries(switchable).filter(([name]) => !without.includes(name))
  return [
    createProjectReconciler(options.planes) as Reconciler,
    ...chosen.map(([, create]) => create(settings) as Reconciler),
    // Not switchable by name: it is there when it is asked for, whoever judges the sinks.
    ...(exportTelemetry ? [createTelemetryExportReconciler(exportTelemetry.userAgent) as Reconciler] : []),
  ]
}
