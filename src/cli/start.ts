import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock } from '../apimachinery/clock.ts'
import { randomIds } from '../apimachinery/ids.ts'
import { type ControlPlane, createControlPlane } from '../control-plane.ts'
import { defaultSeeds } from '../seeds.ts'
import { type Credentials, completeCredentials } from '../server/credentials.ts'
import { type ControlPlaneName, formatKubeconfig } from '../server/kubeconfig.ts'
import type { PersonalAccessToken } from '../server/tokens.ts'
import { acquireStateLock } from '../storage/state-lock.ts'
import { type Announcement, announceAsJson, announceInWords, warnOfOpenDoors } from './announce.ts'
import { openAuditLog } from './audit-log.ts'
import { readDefinitions } from './definitions.ts'
import { boundHeapGrowth } from './heap-growth.ts'
import { releaseMemoryWhenIdle } from './idle-memory.ts'
import { readLimits } from './limit-option.ts'
import type { Options } from './options.ts'
import { openStateDirectory, type StateDirectory } from './state-directory.ts'
import type { Terminal } from './terminal.ts'

/** As long (milliseconds) as `kubectl delete` may take between its first look at what it has deleted and the next. */
const replacementPause = 250

/** `datum-local start`: serves until `ended` resolves. What was acquired on the way is released in reverse order. */
export async function start(
  options: Options,
  { terminal, ended }: { terminal: Terminal; ended: Promise<void> },
): Promise<void> {
  const releases: (() => Promise<void> | void)[] = []
  try {
    const directory = openDirectory(options, releases)
    const credentials = openCredentials(options, directory)
    const controlPlane = await open(options, { directory, credentials, releases })
    const announcement = await prepareClients(controlPlane, { directory, credentials })
    directory.writeServer({
      pid: process.pid,
      url: controlPlane.url,
      httpUrl: controlPlane.httpUrl,
      user: defaultSeeds.user,
      organization: announcement.organization,
      project: announcement.project,
    })
    releases.push(() => directory.removeServer())
    warnOfOpenDoors(options.listen, terminal)
    if (options.json) announceAsJson(announcement, terminal)
    else
      announceInWords(announcement, { stateDirectory: options.memory ? undefined : directory.path }, terminal)
    releases.push(
      boundHeapGrowth(),
      releaseMemoryWhenIdle({ clock: systemClock, release: () => controlPlane.releaseMemory() }),
    )
    await ended
  } finally {
    for (const release of releases.reverse()) await release()
  }
}

/** The folder of the state, locked; with `--memory` one for the kubeconfigs alone, which goes when the server ends. */
function openDirectory(options: Options, releases: (() => void)[]): StateDirectory {
  if (options.memory) {
    const directory = openStateDirectory(mkdtempSync(join(tmpdir(), 'datum-local-')))
    releases.push(() => rmSync(directory.path, { recursive: true, force: true }))
    return directory
  }
  const directory = openStateDirectory(options.stateDir)
  const lock = acquireStateLock(directory.path)
  releases.push(() => lock.release())
  return directory
}

/** The keys of the state; those of a state in memory are nowhere else. */
function openCredentials(options: Options, directory: StateDirectory): Credentials {
  const credentials = completeCredentials(options.memory ? {} : directory.readCredentials(), {
    names: [...options.listen.filter((address) => !isWildcard(address)), ...options.tlsSan],
    user: defaultSeeds.user,
    clock: systemClock,
  })
  if (!options.memory) directory.writeCredentials(credentials)
  return credentials
}

async function open(
  options: Options,
  {
    directory,
    credentials,
    releases,
  }: { directory: StateDirectory; credentials: Credentials; releases: (() => Promise<void> | void)[] },
): Promise<ControlPlane> {
  const log = pino({ level: options.logLevel }, pino.destination({ fd: 2, sync: true }))
  const audit =
    options.auditLog === undefined
      ? undefined
      : openAuditLog({
          path: options.auditLog,
          clock: systemClock,
          onError: (error) => log.error({ err: error }, 'the audit log cannot be written'),
        })
  if (audit) releases.push(() => audit.close())
  const configured = options.pat.map(parsePersonalAccessToken)
  const controlPlane = await createControlPlane({
    path: options.memory ? ':memory:' : directory.database,
    durability: options.durability,
    clock: systemClock,
    ids: randomIds,
    log,
    credentials: {
      ...credentials,
      personalAccessTokens: [...credentials.personalAccessTokens, ...configured],
    },
    listen: options.listen,
    port: options.port,
    hostNames: options.tlsSan,
    authentication: options.auth,
    badToken: options.badToken === '401' ? 401 : 403,
    seeds: options.empty ? undefined : defaultSeeds,
    seedProjects: options.seedProjects,
    withoutReconcilers: options.withoutReconcilers,
    pace: options.pace,
    failImages: options.failImages,
    failLocations: options.failLocations,
    externalPool: options.externalPool,
    replacementPause,
    exportTelemetry: options.exportTelemetry,
    limits: readLimits(options.limit),
    definitions: options.crds === undefined ? [] : await readDefinitions(options.crds),
    ...(audit ? { audit: audit.write } : {}),
  })
  releases.push(() => controlPlane.close())
  return controlPlane
}

/** Writes the kubeconfigs, and gathers what clients have to know. */
async function prepareClients(
  controlPlane: ControlPlane,
  { directory, credentials }: { directory: StateDirectory; credentials: Credentials },
): Promise<Announcement> {
  const { url, httpUrl, organization = null, project = null } = controlPlane
  const ca = credentials.authority.certificate
  const token = await controlPlane.token()
  const write = (plane: ControlPlaneName & { sort: 'root' | 'organization' | 'project' }) =>
    directory.writeKubeconfig(
      plane.sort,
      formatKubeconfig({ url, ca, token, user: defaultSeeds.user.name, plane }),
    )
  return {
    url,
    httpUrl,
    ca,
    token,
    pat: credentials.personalAccessTokens[0]?.token ?? null,
    pid: process.pid,
    organization,
    project,
    kubeconfig: {
      root: write({ sort: 'root' }),
      organization: organization === null ? null : write({ sort: 'organization', name: organization }),
      project: project === null ? null : write({ sort: 'project', name: project }),
    },
  }
}

/** `token` of the seeded user, or `user=token`. */
function parsePersonalAccessToken(given: string): PersonalAccessToken {
  const sign = given.indexOf('=')
  const name = given.slice(0, Math.max(sign, 0))
  const { user } = defaultSeeds
  return { token: given.slice(sign + 1), user: name === '' || name === user.name ? user : { name } }
}

/** Addresses that stand for all of a machine's are no name under which it is reached. */
function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]+$/.test(address)
}
