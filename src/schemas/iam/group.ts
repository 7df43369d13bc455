/** The API group of users and of what they may do. */
export const iamGroup = 'iam.miloapis.com'

/** The namespace at the root in which the platform keeps what is its own. */
export const systemNamespace = 'milo-system'
