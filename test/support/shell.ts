import { execFile, execFileSync } from 'node:child_process'

export interface Shell {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

/** What a command prints, both streams in the order in which they were written; its failure is part of the answer. */
export function type(command: string, { directory, environment }: Shell): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', `exec 2>&1\n${command}`],
      {
        cwd: directory,
        env: { ...process.env, ...environment },
        timeout: 30_000,
        maxBuffer: 16 * 1024 * 1024,
      },
      (_error, output) => resolve(output),
    )
  })
}

/** True when a program is on this machine. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('which', [name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
