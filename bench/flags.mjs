import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const usage = `usage: npm run bench -- [flags]

  --quick                one run of short windows, about two minutes; default: five runs, medians and spread
  --runs N, --seconds S  other numbers than five runs of five seconds
  --only WORD,...        sections to run: SECTIONS
  --memory               measure a server that keeps its state in memory
  --durability full      measure one that syncs every write
  --json FILE            the same figures as JSON ("-": standard output, and the table goes to standard error)
  --url URL [--token T] [--ca FILE] [--pid N,N]
                         put the same load on another Kubernetes API server
  --beside URL [--beside-token T] [--beside-ca FILE] [--beside-pid N,N]
                         measure another Kubernetes API server in the same run, line by line, with ratios

A definition of the load's own kind, which nothing reconciles, is installed on each server.`

/** The command line, or the end of the process. */
export function readFlags(sections) {
  const options = {
    quick: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    ...Object.fromEntries(
      ['runs', 'seconds', 'only', 'durability', 'json', ...addressOf(''), ...addressOf('beside')].map(
        (name) => [name, { type: 'string' }],
      ),
    ),
  }
  let values
  try {
    values = parseArgs({ options }).values
  } catch (error) {
    return refuse(error.message)
  }
  if (values.help) return refuse(undefined)
  const chosen = values.only?.split(',') ?? sections.filter((each) => each !== 'growth' || !values.quick)
  const unknown = chosen.filter((each) => !sections.includes(each))
  if (unknown.length > 0) return refuse(`no section ${unknown.join(', ')}`)
  const [runs, seconds] = values.quick ? [1, 1.2] : [5, 5]
  return {
    quick: values.quick,
    runs: Number(values.runs ?? runs),
    seconds: Number(values.seconds ?? seconds),
    sections: chosen,
    serverFlags: [
      ...(values.memory ? ['--memory'] : []),
      ...(values.durability ? ['--durability', values.durability] : []),
    ],
    json: values.json,
    other: readAddress(values, ''),
    beside: readAddress(values, 'beside'),
  }

  function refuse(message) {
    console.error(usage.replace('SECTIONS', sections.join(', ')))
    if (message !== undefined) console.error(`\n${message}`)
    process.exit(message === undefined ? 0 : 2)
  }
}

function addressOf(prefix) {
  return prefix === ''
    ? ['url', 'token', 'ca', 'pid']
    : [prefix, ...['token', 'ca', 'pid'].map((each) => `${prefix}-${each}`)]
}

/** A server that is there already; undefined where none is named. */
function readAddress(values, prefix) {
  const [url, token, ca, pid] = addressOf(prefix).map((name) => values[name])
  if (url === undefined) return undefined
  return {
    url: url.replace(/\/$/, ''),
    token,
    ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'),
    pids: pid === undefined ? [] : pid.split(',').map(Number),
  }
}
