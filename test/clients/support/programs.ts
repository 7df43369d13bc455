import { spawnSync } from 'node:child_process'

/** Whether a program is on this machine; where it is not, one line says what is left out for it. */
export function hasProgram(program: string, words: readonly string[], leftOut: string): boolean {
  const { error, status } = spawnSync(program, words, { stdio: 'ignore' })
  if (!error && status === 0) return true
  console.log(`${program} is not on this machine: ${leftOut} left out.`)
  return false
}
