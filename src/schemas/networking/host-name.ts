/** A dotted name in lower case, as DNS has it. */
export const hostNamePattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'

/** The same, with a `*.` in front where any first label is meant. */
const wildcardHostNamePattern = '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'

const bounds = { minLength: 1, maxLength: 253 } as const

export const hostNameFormat = { ...bounds, pattern: hostNamePattern } as const
export const wildcardHostNameFormat = { ...bounds, pattern: wildcardHostNamePattern } as const
