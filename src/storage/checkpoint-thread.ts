import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** A thread that moves what is in a write-ahead log into the database, while others write and read. */
export interface CheckpointThread {
  /** Moves what has been committed until it begins. Without effect while the one before is under way. */
  checkpoint(): void
  /** Empties the log once more and ends the thread. */
  end(): Promise<void>
}

/**
 * What the thread runs. A text, because a thread is made of a file, and what this is part of is the program in one file,
 * modules for the fixture, or sources in tests. Failures are nobody's loss: the log stays as it is, and the one who
 * writes to it does what the thread did not when it has grown long.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const Database = require(workerData.driver)
  const database = new Database(workerData.path, { fileMustExist: true, timeout: 0 })
  database.pragma('wal_autocheckpoint = 0')
  const move = (mode) => {
    try {
      database.pragma('wal_checkpoint(' + mode + ')')
    } catch {}
  }
  parentPort.on('message', (message) => {
    if (message === 'checkpoint') {
      move('PASSIVE')
      parentPort.postMessage('done')
    } else {
      move('TRUNCATE')
      database.close()
      parentPort.close()
    }
  })
`

/** It makes next to no objects. Sizes in MB. */
const memory = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32, stackSizeMb: 1 }

/** Undefined where it cannot be told where the driver of the database is, or a process may have no threads. */
function startWorker(path: string): Worker | undefined {
  try {
    const found = import.meta.resolve('better-sqlite3')
    const driver = found.startsWith('file:') ? fileURLToPath(found) : found
    return new Worker(program, {
      eval: true,
      workerData: { driver, path },
      execArgv: [],
      resourceLimits: memory,
    })
  } catch {
    return undefined
  }
}

/** For the database in the file at `path`; undefined where there cannot be a thread. `onFailure`: it ends by itself. */
export function startCheckpointThread(path: string, onFailure: () => void): CheckpointThread | undefined {
  const worker = startWorker(path)
  if (worker === undefined) return undefined
  let busy = false
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.on('message', () => {
    busy = false
  })
  worker.on('error', onFailure)
  // Nobody waits for it.
  worker.unref()
  return {
    checkpoint() {
      if (busy) return
      busy = true
      worker.postMessage('checkpoint')
    },
    end() {
      worker.ref()
      worker.postMessage('end')
      return ended
    },
  }
}
