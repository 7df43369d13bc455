/** Puts paths (`metadata.odd`, `items[0].x`) in place in the order in which a document has what they name. */
export function sortByPlace(paths: string[], document: unknown): void {
  if (paths.length < 2) return
  const places = new Map<string, number>()
  note(document, '', places)
  paths.sort((left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0))
}

function note(value: unknown, path: string, places: Map<string, number>): void {
  if (path !== '') places.set(path, places.size)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) note(item, `${path}[${index}]`, places)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value))
      note(member, path === '' ? name : `${path}.${name}`, places)
  }
}
