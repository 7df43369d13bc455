import { fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The process that makes the load, so that what it costs is not the server's and not the clock's. */
export function createLoad() {
  const child = fork(join(dirname(fileURLToPath(import.meta.url)), 'load', 'process.mjs'))
  return {
    /** Hands it one job and waits for what it measured. */
    run(job) {
      return new Promise((resolve, reject) => {
        child.once('message', ({ result, error }) =>
          error === undefined ? resolve(result) : reject(new Error(error)),
        )
        child.send(job)
      })
    },
    end: () => child.disconnect(),
  }
}
