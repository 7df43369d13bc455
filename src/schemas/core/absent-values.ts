/**
 * Removes every field that is `null`, at any depth and in place, as decoding into typed structures does on a real
 * server: clients write out absent times as `null` (`"eventTime": null`), and mean nothing by it.
 */
export function withoutNulls(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const fields = value as Record<string, unknown>
  for (const [name, field] of Object.entries(fields)) {
    if (field === null) delete fields[name]
    else withoutNulls(field)
  }
}
