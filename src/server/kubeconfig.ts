/** A control plane as a client addresses it. */
export type ControlPlaneName =
  | { readonly sort: 'root' }
  | { readonly sort: 'organization'; readonly name: string }
  | { readonly sort: 'project'; readonly name: string }
  | { readonly sort: 'user'; readonly name: string }

/** The documented path of a control plane below the server's URL; the root's is empty. */
export function controlPlanePath(plane: ControlPlaneName): string {
  switch (plane.sort) {
    case 'root':
      return ''
    case 'organization':
      return `/apis/resourcemanager.datumapis.com/v1alpha/organizations/${encodeURIComponent(plane.name)}/control-plane`
    case 'project':
      return `/apis/resourcemanager.datumapis.com/v1alpha/projects/${encodeURIComponent(plane.name)}/control-plane`
    case 'user':
      return `/apis/iam.miloapis.com/v1alpha1/users/${encodeURIComponent(plane.name)}/control-plane`
  }
}

export interface KubeconfigOptions {
  /** The server's URL without a path: `https://127.0.0.1:7443`. */
  readonly url: string
  /** The authority's certificate (PEM). It has no use, and no place, where `url` is plain HTTP. */
  readonly ca: string
  readonly token: string
  /** The name of the User that the token speaks for. */
  readonly user: string
  readonly plane: ControlPlaneName
}

/** The text of a kubeconfig for one control plane: everything embedded, nothing on the disk referred to. */
export function formatKubeconfig({ url, ca, token, user, plane }: KubeconfigOptions): string {
  const name = plane.sort === 'root' ? 'datum-local-root' : `datum-local-${plane.sort}-${plane.name}`
  const namespace = plane.sort === 'organization' ? `organization-${plane.name}` : 'default'
  // JavaScript's client sends a token over plain HTTP only with this flag; kubectl does not mind it.
  const trust = url.startsWith('https:')
    ? `certificate-authority-data: ${Buffer.from(ca).toString('base64')}`
    : 'insecure-skip-tls-verify: true'
  // JSON strings are YAML strings.
  const text = JSON.stringify
  return `apiVersion: v1
kind: Config
clusters:
- name: ${text(name)}
  cluster:
    server: ${text(url + controlPlanePath(plane))}
    ${trust}
users:
- name: ${text(user)}
  user:
    token: ${text(token)}
contexts:
- name: ${text(name)}
  context:
    cluster: ${text(name)}
    user: ${text(user)}
    namespace: ${text(namespace)}
current-context: ${text(name)}
`
}
