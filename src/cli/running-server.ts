import { UsageError } from './option-types.ts'
import { describeStateDirectory, type RunningServer, type StateDirectory } from './state-directory.ts'

/** The server that runs on the state in `path`, or one line that says what to do. */
export function requireRunningServer(path: string): { directory: StateDirectory; server: RunningServer } {
  const directory = describeStateDirectory(path)
  const server = directory.readServer()
  if (server) return { directory, server }
  throw new UsageError(
    `no server runs on the state in ${directory.path}: start one with "datum-local start", or name its folder with --state-dir (a server with --memory keeps none; what it prints at its start is all there is)`,
  )
}
