/** The version of this program; the same as in package.json (a test compares them). */
export const version = '0.1.0'

/** The Kubernetes version whose API the server speaks: what `/version` says, without our build metadata. */
export const kubernetesVersion = 'v1.34.0'
