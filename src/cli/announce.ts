import { relative } from 'node:path'
import { isLoopback } from '../server/loopback.ts'
import { kubernetesVersion, version } from '../version.ts'
import type { Terminal } from './terminal.ts'

/** What is told when the server is ready: the fields of the line that `--json` prints. */
export interface Announcement {
  readonly url: string
  readonly httpUrl: string
  /** The certificate authority's certificate, PEM. */
  readonly ca: string
  readonly token: string
  readonly pat: string | null
  readonly pid: number
  readonly organization: string | null
  readonly project: string | null
  /** Absolute paths. */
  readonly kubeconfig: {
    readonly root: string
    readonly organization: string | null
    readonly project: string | null
  }
}

/** For programs: one line of JSON, and not a word. */
export function announceAsJson(announcement: Announcement, terminal: Terminal): void {
  terminal.print(JSON.stringify(announcement))
}

/** For people: the URL is data, the rest are words. */
export function announceInWords(
  announcement: Announcement,
  { stateDirectory }: { stateDirectory: string | undefined },
  terminal: Terminal,
): void {
  const { kubeconfig, url, pat, organization, project } = announcement
  terminal.say(`datum-local ${version} is ready (Kubernetes ${kubernetesVersion}), HTTPS and plain HTTP on`)
  terminal.print(url)
  terminal.say('')
  terminal.say(`  state         ${stateDirectory === undefined ? 'in memory' : short(stateDirectory)}`)
  terminal.say(`  root          ${short(kubeconfig.root)}`)
  if (kubeconfig.organization !== null) {
    terminal.say(`  organization  ${short(kubeconfig.organization)}   ${organization}`)
  }
  if (kubeconfig.project !== null) terminal.say(`  project       ${short(kubeconfig.project)}   ${project}`)
  if (pat !== null) terminal.say(`  PAT           ${pat}`)
  terminal.say('')
  terminal.say('Copy into another terminal:')
  terminal.say('')
  terminal.say(`  export KUBECONFIG=${quoted(kubeconfig.project ?? kubeconfig.root)}`)
  terminal.say('  kubectl api-resources')
  terminal.say(
    kubeconfig.project === null ? '  kubectl get organizations' : '  kubectl get locations,networks',
  )
  terminal.say('')
}

/** Tells loudly when others than this machine can connect. */
export function warnOfOpenDoors(addresses: readonly string[], terminal: Terminal): void {
  const outside = addresses.filter((address) => !isLoopback(address))
  if (outside.length === 0) return
  terminal.say(
    `*** WARNING: listening on ${outside.join(', ')}: everybody who can reach this machine can reach this server. ***`,
  )
}

/** A path from here where that is shorter. */
function short(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere !== '' && !fromHere.startsWith('..') ? fromHere : path
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
