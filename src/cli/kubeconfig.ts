import { type ControlPlaneName, formatKubeconfig } from '../server/kubeconfig.ts'
import { UsageError } from './option-types.ts'
import { requireRunningServer } from './running-server.ts'
import type { Terminal } from './terminal.ts'
import { issueToken } from './token.ts'

export interface KubeconfigRequest {
  readonly stateDir: string
  readonly root?: boolean
  readonly project?: string
  readonly organization?: string
  /** Plain HTTP in place of HTTPS. */
  readonly http?: boolean
}

/** `datum-local kubeconfig`: prints the kubeconfig of one control plane of a running server. */
export async function printKubeconfig(request: KubeconfigRequest, terminal: Terminal): Promise<void> {
  const plane = chosenPlane(request)
  const { directory, server } = requireRunningServer(request.stateDir)
  const ca = directory.readCredentials().authority?.certificate
  if (ca === undefined) throw new UsageError(`${directory.path} has no certificate authority`)
  const text = formatKubeconfig({
    url: request.http === true ? server.httpUrl : server.url,
    ca,
    token: await issueToken(request.stateDir),
    user: server.user.name,
    plane,
  })
  terminal.print(text.trimEnd())
}

function chosenPlane({ root, project, organization }: KubeconfigRequest): ControlPlaneName {
  const chosen: ControlPlaneName[] = []
  if (root === true) chosen.push({ sort: 'root' })
  if (project !== undefined) chosen.push({ sort: 'project', name: project })
  if (organization !== undefined) chosen.push({ sort: 'organization', name: organization })
  const [plane] = chosen
  if (plane === undefined || chosen.length > 1) {
    throw new UsageError('choose one of --root, --project NAME and --organization NAME')
  }
  return plane
}
