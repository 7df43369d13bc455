/** What Go calls fields whose names in JSON do not say so. */
const fieldNames: Readonly<Record<string, string>> = {
  $ref: 'Ref',
  $schema: 'Schema',
  apiGroups: 'APIGroups',
  apiVersion: 'APIVersion',
  caBundle: 'CABundle',
  id: 'ID',
  jsonPath: 'JSONPath',
  metadata: 'ObjectMeta',
  uid: 'UID',
  url: 'URL',
}

/** What Go calls a field: `gracePeriodSeconds` is `GracePeriodSeconds`. */
export function goName(field: string): string {
  const known = fieldNames[field]
  if (known !== undefined) return known
  return field.replace(/^x-kubernetes/, 'x').replace(/(?:^|-)./g, (start) => start.slice(-1).toUpperCase())
}

/** What Go calls the type of a message in a field of another. Of a list it is the type of one. */
export function typeName(struct: string, field: string): string {
  if (field === 'spec' || field === 'status') return struct + goName(field)
  return goName(field).replace(/s$/, '')
}
