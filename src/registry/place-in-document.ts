/**
 * Puts paths (`metadata.odd`, `items[0].x`) in place in the order in which a document has what they name, and forgets
 * those behind the first `most`: whoever sends very many waits for no more than these.
 */
export function sortByPlace(paths: string[], document: unknown, most: number): void {
  if (paths.length < 2) return
  const wanted = new Set(paths)
  const ordered: string[] = []
  find(document, '', wanted, ordered, Math.min(most, wanted.size))
  // What is not in the document was not sent as a field of its own, and stays where it was.
  const rest = ordered.length < most ? paths.filter((path) => wanted.has(path)) : []
  paths.splice(0, paths.length, ...rest, ...ordered)
}

/** Moves the paths that are found from `wanted` to `ordered`; true when there are enough. */
function find(value: unknown, path: string, wanted: Set<string>, ordered: string[], most: number): boolean {
  if (wanted.delete(path)) {
    ordered.push(path)
    if (ordered.length === most) return true
  }
  if (Array.isArray(value)) {
    return value.some((item, index) => find(item, `${path}[${index}]`, wanted, ordered, most))
  }
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return Object.keys(fields).some((name) =>
    find(fields[name], path === '' ? name : `${path}.${name}`, wanted, ordered, most),
  )
}
