export function addedNames(take: (name: string) => void): (piece: Buffer) => void
