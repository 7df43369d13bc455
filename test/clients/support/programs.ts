import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** Whether a program is on this machine; where it is not, one line says what is left out for it. */
export function hasProgram(program: string, words: readonly string[], leftOut: string): boolean {
  const { error, status } = spawnSync(program, words, { stdio: 'ignore' })
  if (!error && status === 0) return true
  console.log(`${program} is not on this machine: ${leftOut} left out.`)
  return false
}

/** Runs a program to its end, without holding up the server in this process. Throws with all that it said when it fails. */
export async function run(
  program: string,
  words: readonly string[],
  { folder, environment }: { folder: string; environment?: Readonly<Record<string, string>> },
): Promise<void> {
  const child = spawn(program, words, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ${words.join(' ')}: ${code}\n${said}`)
}
