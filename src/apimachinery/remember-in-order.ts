/** Puts the entry last, and drops the first one where there are more than `most`: the least recently used. */
export function rememberInOrder<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
