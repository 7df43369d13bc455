export function dechunked(onData: (bytes: Buffer) => void): (bytes: Buffer) => void
