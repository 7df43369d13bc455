import { existsSync } from 'node:fs'
import { acquireStateLock } from '../storage/state-lock.ts'
import { UsageError } from './option-types.ts'
import { describeStateDirectory } from './state-directory.ts'
import type { Terminal } from './terminal.ts'

/** `datum-local reset`: removes the state, keys and kubeconfigs included, after asking. */
export async function reset(
  { stateDir, yes }: { stateDir: string; yes: boolean },
  terminal: Terminal,
): Promise<void> {
  const directory = describeStateDirectory(stateDir)
  if (!existsSync(directory.path)) return terminal.say(`there is no state in ${directory.path}`)
  // Held until the end: no server starts on what is being removed.
  const lock = acquireStateLock(directory.path)
  try {
    if (!(yes || (await confirmed(directory.path, terminal)))) return terminal.say('nothing was removed')
    directory.clear()
    terminal.say(`the state in ${directory.path} is gone`)
  } finally {
    lock.release()
  }
}

async function confirmed(path: string, terminal: Terminal): Promise<boolean> {
  const answer = await terminal.ask(`Remove all objects, keys and kubeconfigs in ${path}? Type yes: `)
  if (answer === undefined) throw new UsageError('nobody to ask here: say --yes')
  return answer.trim().toLowerCase() === 'yes'
}
