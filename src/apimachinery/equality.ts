/**
 * Whether two JSON values are the same: lists in order, objects whatever the order of their fields.
 * `undefined` fields count as absent. Shared parts are not looked into, so comparing a value with an edited
 * copy that shares structure costs what the edit touched.
 */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right)
  return !Array.isArray(right) && equalObjects(left as Fields, right as Fields)
}

type Fields = Record<string, unknown>

function equalLists(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    if (!deepEqual(left[index], right[index])) return false
  }
  return true
}

function equalObjects(left: Fields, right: Fields): boolean {
  let present = 0
  for (const field of Object.keys(left)) {
    const value = left[field]
    if (value === undefined) continue
    present++
    // Inherited names (`constructor`, `toString`) must not pass for fields.
    if (!Object.hasOwn(right, field) || !deepEqual(value, right[field])) return false
  }
  for (const field of Object.keys(right)) if (right[field] !== undefined) present--
  return present === 0
}
