/** What a Kubernetes API server has and datum-local has not, and what a client hears that asks for it. */
export interface Absence {
  readonly what: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The media type of the body; default: none is sent. */
  readonly type?: string
  readonly code: number
  /** What the answer says. */
  readonly says: string
}

const noResource = 'the server could not find the requested resource'
const noGroup = '404 page not found'

const group = (what: string, path: string): Absence => ({
  what,
  method: 'GET',
  path: `/apis/${path}`,
  code: 404,
  says: noGroup,
})
const core = (what: string, method: 'GET' | 'POST', path: string): Absence => ({
  what,
  method,
  path: `/api/v1/${path}`,
  code: 404,
  says: noResource,
})

export const absences: readonly Absence[] = [
  core('Pods, and all else of the core group but Namespace, Secret, ConfigMap and Event', 'GET', 'pods'),
  core('Logs of a Pod', 'GET', 'namespaces/default/pods/web/log'),
  core('`exec`, `attach` and `port-forward`', 'POST', 'namespaces/default/pods/web/exec?command=ls'),
  core('The proxy to Pods, Services and Nodes', 'GET', 'namespaces/default/services/web/proxy/'),
  core('Tokens of ServiceAccounts', 'POST', 'namespaces/default/serviceaccounts/robot/token'),
  core('Eviction, binding and other subresources of Pods', 'POST', 'namespaces/default/pods/web/eviction'),
  group('Deployments and the other workloads of Kubernetes', 'apps/v1/deployments'),
  group('Jobs', 'batch/v1/jobs'),
  group('Roles and their bindings', 'rbac.authorization.k8s.io/v1/clusterroles'),
  group('Admission webhooks and policies', 'admissionregistration.k8s.io/v1/validatingadmissionpolicies'),
  group('Aggregated API servers', 'apiregistration.k8s.io/v1/apiservices'),
  group('Priority and fairness', 'flowcontrol.apiserver.k8s.io/v1/flowschemas'),
  group('Certificate signing requests', 'certificates.k8s.io/v1/certificatesigningrequests'),
  { what: 'Profiles of the server', method: 'GET', path: '/debug/pprof/', code: 404, says: noGroup },
  { what: 'Log files of the server', method: 'GET', path: '/logs/', code: 404, says: noGroup },
  {
    what: 'Bodies in CBOR, which a real server takes behind a feature gate',
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    type: 'application/cbor',
    code: 415,
    says: 'the body of the request was in an unknown format',
  },
]
