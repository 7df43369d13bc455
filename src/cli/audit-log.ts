import { createWriteStream, openSync } from 'node:fs'
import { UsageError } from './option-types.ts'

export interface AuditLog {
  /** Appends one event as a line of JSON. */
  write(event: object): void
  /** Resolves when everything is written. */
  close(): Promise<void>
}

/** Opens `path` for appending, made when it is missing, for its owner alone. */
export function openAuditLog(path: string): AuditLog {
  let descriptor: number
  try {
    descriptor = openSync(path, 'a', 0o600)
  } catch (error) {
    throw new UsageError(`cannot append to ${path}: ${(error as Error).message}`)
  }
  const stream = createWriteStream(path, { fd: descriptor })
  return {
    write: (event) => void stream.write(`${JSON.stringify(event)}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  }
}
