import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A terminal that somebody types into: variables, functions and background jobs stay from one command to the next. */
export interface Shell extends AsyncDisposable {
  /** What a command prints, both streams in the order in which they were written; its failure is part of the answer. */
  type(command: string): Promise<string>
}

export interface ShellOptions {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** How long a command may take, in milliseconds; one that takes longer ends the shell. Default 30 seconds. */
  readonly patience?: number
}

/** Opens a bash. Disposing of it ends everything that was started in it. */
export function openShell({ directory, environment, patience = 30_000 }: ShellOptions): Shell {
  const bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, so that what runs in the background ends with it.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => bash.once('close', () => resolve()))
  /** No command prints it, since it is made while it runs. */
  const mark = `--- end of command in ${bash.pid} ---`
  let output = ''
  let heard = () => {}
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    heard()
  })
  bash.stdin.on('error', () => {})
  bash.stdin.write('exec 2>&1\n')

  function kill(): void {
    if (bash.pid === undefined || bash.exitCode !== null || bash.signalCode !== null) return
    process.kill(-bash.pid, 'SIGKILL')
  }

  return {
    async type(command) {
      const expired = setTimeout(kill, patience)
      // The command reads nothing of what is typed after it.
      bash.stdin.write(`eval ${quote(command)} </dev/null\nprintf '%s' ${quote(mark)}\n`)
      try {
        await Promise.race([
          ended,
          new Promise<void>((resolve) => {
            heard = () => {
              if (output.endsWith(mark)) resolve()
            }
          }),
        ])
      } finally {
        clearTimeout(expired)
      }
      const answer = output.endsWith(mark)
        ? output.slice(0, -mark.length)
        : `${output}\n(the shell has ended)`
      output = ''
      return answer
    },

    async [Symbol.asyncDispose]() {
      kill()
      await ended
    },
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** True when a program is on this machine. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
