import { isIP, isIPv4 } from 'node:net'
import { reconcilerNames } from '../control-plane.ts'
import { isLoopback } from '../server/loopback.ts'
import { faultOfLimit } from './limit-option.ts'
import {
  choice,
  integer,
  list,
  type OptionDefinition,
  quote,
  text,
  toggle,
  UsageError,
} from './option-types.ts'

/** Everything that `datum-local start` can be told, in the order of its help. */
export const startOptions = {
  port: integer({
    flag: 'port',
    placeholder: 'number',
    minimum: 0,
    maximum: 65535,
    fallback: 7443,
    help: 'port for HTTPS and plain HTTP alike; 0 takes a free one and prints it',
  }),
  listen: list({
    flag: 'listen',
    placeholder: 'address',
    fallback: ['127.0.0.1', '::1'],
    check: (given) => (isIP(given) === 0 ? `${quote(given)} is not an IP address` : undefined),
    help: 'address to listen on; anything but a loopback address opens the server to other machines',
  }),
  tlsSan: list({
    flag: 'tls-san',
    placeholder: 'name',
    fallback: [],
    check: (given) =>
      isIP(given) !== 0 || /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(given)
        ? undefined
        : `${quote(given)} is neither a host name nor an address`,
    help: "further host name or address in the server's certificate",
  }),
  stateDir: text({
    flag: 'state-dir',
    placeholder: 'folder',
    fallback: '.datum-local',
    help: 'where the state is kept: database, keys, kubeconfigs',
  }),
  memory: toggle({ flag: 'memory', help: 'keep no state: everything is gone when the server ends' }),
  durability: choice({
    flag: 'durability',
    values: ['normal', 'full'],
    fallback: 'normal',
    help: 'normal: a write survives a crash of the process; full: also of the machine, every write is synced',
  }),
  empty: toggle({ flag: 'empty', help: 'do not make the organization, user and project of the first start' }),
  seedProjects: toggle({
    flag: 'seed-projects',
    help: 'give each new project the Locations and the Network of the first one',
  }),
  auth: choice({
    flag: 'auth',
    values: ['token', 'open'],
    fallback: 'token',
    help: 'open: a caller without a token is the seeded user (loopback only)',
  }),
  badToken: choice({
    flag: 'bad-token',
    values: ['403', '401'],
    fallback: '403',
    help: 'answer to a missing or bad token: 403 as Datum documents it, 401 as Kubernetes does',
  }),
  pat: list({
    flag: 'pat',
    placeholder: '[user=]token',
    fallback: [],
    check: (given) =>
      /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?=)?[^\s=]{16,}$/.test(given)
        ? undefined
        : 'expected [user=]token, the token of 16 characters or more without spaces',
    help: 'further personal access token; without a user it is the seeded one',
  }),
  withoutReconcilers: list({
    flag: 'without-reconcilers',
    placeholder: 'names',
    fallback: [],
    separator: ',',
    check: (given) =>
      given === 'all' || reconcilerNames.includes(given)
        ? undefined
        : `there is no reconciler ${quote(given)}; there are ${reconcilerNames.join(', ')}, and all`,
    help: `reconcilers to leave to somebody else's operator: ${reconcilerNames.join(', ')}; all: every one of these`,
  }),
  pace: choice({
    flag: 'pace',
    values: ['instant', 'realistic', 'manual'],
    fallback: 'instant',
    help: 'how fast the simulated provider works: at once, in seconds, or only when told to',
  }),
  failImages: list({
    flag: 'fail-images',
    placeholder: 'pattern',
    fallback: [],
    check: faultOfPattern,
    help: 'images (regular expression) that the simulated provider cannot start',
  }),
  failLocations: list({
    flag: 'fail-locations',
    placeholder: 'pattern',
    fallback: [],
    check: faultOfPattern,
    help: 'Locations (regular expression for the whole name) where the simulated provider fails',
  }),
  externalPool: text({
    flag: 'external-pool',
    placeholder: 'cidr',
    fallback: '198.18.0.0/15',
    check: (given) =>
      isIPv4Block(given)
        ? undefined
        : `${quote(given)} is not an IPv4 range without host bits, like 198.18.0.0/15`,
    help: 'IPv4 range of the external addresses of Instances',
  }),
  exportTelemetry: toggle({
    flag: 'export-telemetry',
    help: 'send metrics to the sinks of ExportPolicies; without it nothing leaves this machine',
  }),
  crds: text({
    flag: 'crds',
    placeholder: 'folder',
    fallback: undefined,
    help: 'CustomResourceDefinitions (YAML or JSON files) to serve on every control plane',
  }),
  limit: list({
    flag: 'limit',
    placeholder: 'name=value',
    fallback: [],
    separator: ',',
    check: faultOfLimit,
    help: 'another bound than the default, as body-bytes=1Mi or request-timeout=10s; docs/reliability.md lists them',
  }),
  auditLog: text({
    flag: 'audit-log',
    placeholder: 'file',
    fallback: undefined,
    help: 'append an audit.k8s.io/v1 event per request to this file',
  }),
  logLevel: choice({
    flag: 'log-level',
    values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    fallback: 'warn',
    help: 'what is logged, as JSON lines on standard error',
  }),
  json: toggle({
    flag: 'json',
    help: 'print one line of JSON when ready, and nothing else, on standard output',
  }),
} as const

type Definitions = typeof startOptions

/** What `datum-local start` was told: a plain value. */
export type Options = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends OptionDefinition<infer Value>
    ? Value
    : never
}

/** The texts that were given for an option, by its flag. */
export type GivenFlags = Readonly<Record<string, readonly string[] | undefined>>

/** Flags before variables before defaults. Throws a UsageError that names the option. */
export function resolveOptions(given: GivenFlags, environment: NodeJS.ProcessEnv): Options {
  const entries = Object.entries(startOptions).map(([name, definition]) => [
    name,
    resolveOption(definition as OptionDefinition<unknown>, given, environment),
  ])
  const options = Object.fromEntries(entries) as Options
  const outside = options.listen.find((address) => !isLoopback(address))
  if (options.auth === 'open' && outside !== undefined) {
    throw new UsageError(
      `--auth open lets in everybody who can connect: it does not go with --listen ${outside}`,
    )
  }
  return options
}

/** The value of one option, for commands that have need of that one alone. */
export function resolveOption<Value>(
  definition: OptionDefinition<Value>,
  given: GivenFlags,
  environment: NodeJS.ProcessEnv,
): Value {
  const flags = given[definition.flag]
  const variable = environment[variableOf(definition)]
  try {
    if (flags !== undefined) return definition.read(flags)
    if (variable === undefined || variable === '') return definition.fallback
    return definition.read(
      definition.repeatable ? variable.split(',').map((each) => each.trim()) : [variable],
    )
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const source = flags === undefined ? variableOf(definition) : `--${definition.flag}`
    throw new UsageError(`${source}: ${error.message}`)
  }
}

/** `DATUM_LOCAL_STATE_DIR` for `--state-dir`. */
export function variableOf(definition: { readonly flag: string }): string {
  return `DATUM_LOCAL_${definition.flag.replaceAll('-', '_').toUpperCase()}`
}

function faultOfPattern(given: string): string | undefined {
  try {
    new RegExp(given)
    return undefined
  } catch {
    return `${quote(given)} is not a regular expression`
  }
}

/** An address and a prefix length, with nothing behind the prefix. */
function isIPv4Block(given: string): boolean {
  const [, address = '', length = ''] = /^([^/]+)\/(\d|[12]\d|3[0-2])$/.exec(given) ?? []
  if (!isIPv4(address)) return false
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  return number % 2 ** (32 - Number(length)) === 0
}
