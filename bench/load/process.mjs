// The load, in a process of its own: takes one job over IPC, answers with what it measured, and waits for the next.
import * as operations from './operations.mjs'
import { ready } from './ready.mjs'
import { scale } from './scale.mjs'
import { watch } from './watch.mjs'

const modes = { ...operations, delete: operations.remove, watch, ready, scale }

process.on('message', async (job) => {
  try {
    process.send({ result: await modes[job.mode](job) })
  } catch (error) {
    process.send({ error: `${job.mode}: ${error.message}` })
  }
})
