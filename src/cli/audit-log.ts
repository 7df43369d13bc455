import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs'
import type { Clock } from '../apimachinery/clock.ts'
import { UsageError } from './option-types.ts'

export interface AuditLog {
  /** Appends one event as a line of JSON. */
  write(event: object): void
  close(): void
}

/** How often it is looked whether the file is still where it was (milliseconds). */
const lookEvery = 1000

export interface AuditLogOptions {
  readonly path: string
  readonly clock: Clock
  /** Hears the first of failures in a row: a log that cannot be written does not keep anybody from being served. */
  readonly onError: (error: unknown) => void
}

/**
 * Opens `path` for appending, made when it is missing, for its owner alone. When the file is moved away or removed, as
 * logrotate does, a new one is begun in its place within a second: nobody has to send a signal.
 */
export function openAuditLog({ path, clock, onError }: AuditLogOptions): AuditLog {
  let descriptor: number
  try {
    descriptor = open(path)
  } catch (error) {
    throw new UsageError(`cannot append to ${path}: ${(error as Error).message}`)
  }
  let lookedAt = clock.now()
  let failing = false

  return {
    write(event) {
      try {
        const now = clock.now()
        if (now - lookedAt >= lookEvery) {
          lookedAt = now
          if (!isAt(descriptor, path)) {
            const next = open(path)
            closeSync(descriptor)
            descriptor = next
          }
        }
        writeSync(descriptor, `${JSON.stringify(event)}\n`)
        failing = false
      } catch (error) {
        if (!failing) onError(error)
        failing = true
      }
    },
    close: () => closeSync(descriptor),
  }
}

function open(path: string): number {
  return openSync(path, 'a', 0o600)
}

function isAt(descriptor: number, path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false })
  const here = fstatSync(descriptor)
  return there?.ino === here.ino && there.dev === here.dev
}
