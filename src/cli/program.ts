import { Command, CommanderError, Option } from 'commander'
import { kubernetesVersion, version } from '../version.ts'
import { advance } from './advance.ts'
import { checkHealth } from './health.ts'
import { printKubeconfig } from './kubeconfig.ts'
import type { OptionDefinition } from './option-types.ts'
import { type GivenFlags, resolveOption, resolveOptions, startOptions, variableOf } from './options.ts'
import type { Terminal } from './terminal.ts'
import { printToken } from './token.ts'

/** What the program is run with: nothing of it is read from the process. */
export interface Invocation {
  /** The words after the program's name. */
  readonly words: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly terminal: Terminal
  /** Resolves when the program is asked to end. */
  readonly ended: Promise<void>
}

/** Runs one command; returns the exit code. Faults of the user are one line on standard error, and 1. */
export async function run({ words, environment, terminal, ended }: Invocation): Promise<number> {
  const given = new Map<string, string[]>()
  const resolved = <Value>(definition: OptionDefinition<Value>) =>
    resolveOption(definition, Object.fromEntries(given) as GivenFlags, environment)
  const stateDir = () => resolved(startOptions.stateDir)

  const program = new Command('datum-local')
    .description('A local Datum Cloud: its control planes with the Kubernetes API, in one process.')
    .version(`datum-local ${version} (Kubernetes ${kubernetesVersion})`, '--version')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')

  const startCommand = program.command('start').description('serve until told to end')
  for (const definition of Object.values(startOptions)) addFlag(startCommand, definition, given)
  startCommand
    .addHelpText('after', '\nEvery option is read from its DATUM_LOCAL_ variable too; a flag goes before it.')
    .action(async () => {
      const options = resolveOptions(Object.fromEntries(given), environment)
      // The other commands need no server, and its code takes its time to load.
      const { start } = await import('./start.ts')
      await start(options, { terminal, ended })
    })

  const withState = (command: Command) => addFlag(command, startOptions.stateDir, given)

  withState(program.command('kubeconfig'))
    .description('print the kubeconfig of a control plane of the running server')
    .option('--root', 'of the root')
    .option('--organization <name>', 'of an organization')
    .option('--project <name>', 'of a project')
    .option('--http', 'over plain HTTP')
    .action(async (options: { root?: boolean; organization?: string; project?: string; http?: boolean }) => {
      await printKubeconfig({ ...options, stateDir: stateDir() }, terminal)
    })

  withState(program.command('token'))
    .description('print a bearer token of the running server')
    .action(async () => await printToken(stateDir(), terminal))

  withState(program.command('advance'))
    .description('let the simulated provider of a server with --pace manual go one step further')
    .action(async () => await advance(stateDir(), terminal))

  addFlag(withState(program.command('health')), startOptions.port, given)
    .description('succeed when the server is ready')
    .action(async () => {
      await checkHealth({ stateDir: stateDir(), port: resolved(startOptions.port) }, terminal)
    })

  withState(program.command('reset'))
    .description('remove the state: all objects, keys and kubeconfigs')
    .option('--yes', 'do not ask')
    .action(async (options: { yes?: boolean }) => {
      const { reset } = await import('./reset.ts')
      await reset({ stateDir: stateDir(), yes: options.yes === true }, terminal)
    })

  program
    .command('version')
    .description('print the version')
    .action(() => terminal.print(`datum-local ${version} (Kubernetes ${kubernetesVersion})`))

  try {
    await program.parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has said what it has to say, the help and the version included.
    if (error instanceof CommanderError) return error.exitCode
    if (!isFaultOfTheUser(error)) throw error
    terminal.say(`datum-local: ${error.message}`)
    return 1
  }
}

/** Gives `command` an option of ours. Commander only collects what is typed; `resolveOption` reads it. */
function addFlag(
  command: Command,
  definition: OptionDefinition<unknown>,
  given: Map<string, string[]>,
): Command {
  const { flag, placeholder, repeatable } = definition
  const option = new Option(
    placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}>`,
    helpOf(definition),
  )
  // The value that commander keeps is not used: it knows neither variables nor several values.
  if (repeatable) option.argParser((text, previous: unknown) => [previous, text])
  return command.addOption(option).on(`option:${flag}`, (text: string | null) => {
    given.set(flag, [...(given.get(flag) ?? []), text ?? 'true'])
  })
}

function helpOf({ help, fallback, repeatable, flag }: OptionDefinition<unknown>): string {
  const hasDefault = fallback !== undefined && fallback !== false && [fallback].flat().length > 0
  const notes = [
    ...(repeatable ? ['repeatable'] : []),
    ...(hasDefault ? [`default ${[fallback].flat().join(', ')}`] : []),
    variableOf({ flag }),
  ]
  return `${help} (${notes.join('; ')})`
}

/**
 * What is told in one line, without a stack: the state, a port, or what was typed is not as it should be. By name,
 * since the classes of the storage would bring the database with them.
 */
function isFaultOfTheUser(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (['UsageError', 'StateLocked', 'UnusableState'].includes(error.name)) return true
  return (error.cause as NodeJS.ErrnoException | undefined)?.syscall === 'listen'
}
