#!/usr/bin/env node
import { run } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'

// Whatever this process writes is for its owner alone: the state holds keys and Secrets.
process.umask(0o077)

/** Resolves at the first signal to end; the second ends the process on the spot. */
const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    let asked = false
    process.on(signal, () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    })
  }
})

process.exitCode = await run({
  words: process.argv.slice(2),
  environment: process.env,
  terminal: processTerminal,
  ended,
})
