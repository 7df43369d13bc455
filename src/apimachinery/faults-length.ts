/** How long the texts of the faults in one answer are together: where they reach this, further faults are counted. */
const maxFaultsLength = 1024 * 1024

/** Of how many faults, whose texts are so long, the first are told: as many as somebody may want to read. */
export function toldFaults(count: number, lengthOf: (index: number) => number): number {
  let length = 0
  for (let told = 0; told < count; told++) {
    length += lengthOf(told)
    if (length >= maxFaultsLength) return told + 1
  }
  return count
}

/** The texts that are told, and a last one that says how many there are beside them. */
export function toldTexts(texts: readonly string[]): readonly string[] {
  const told = toldFaults(texts.length, (index) => texts[index]?.length ?? 0)
  return told === texts.length ? texts : [...texts.slice(0, told), `and ${texts.length - told} more`]
}
