import { systemClock } from './apimachinery/clock.ts'
import { run } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'

// Whatever this process writes is for its owner alone: the state holds keys and Secrets.
process.umask(0o077)

/** How long after the first signal a further one ends the process on the spot (milliseconds). */
const patience = 1000

/** Resolves at the first signal to end. Ctrl-C under npm sends two at once: from the terminal, and from npm. */
const ended = new Promise<void>((resolve) => {
  let asked: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      asked ??= systemClock.now()
      if (systemClock.now() - asked > patience) process.exit(130)
      resolve()
    })
  }
})

async function main(): Promise<void> {
  const words = process.argv.slice(2)
  process.exitCode = await run({ words, environment: process.env, terminal: processTerminal, ended })
  // Everything is closed; what a library may have left running does not keep the process.
  systemClock.after(100, () => process.exit())
}

void main()
