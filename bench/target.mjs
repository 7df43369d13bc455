// The servers that are measured.
import { clear, collectionPath, install, loadApiVersion } from './definition.mjs'
import { startServer } from './server.mjs'

/** Makes the servers of a section: ours, started for it, or the one that was named; and the one beside it. */
export function createTargets(flags) {
  const isOther = flags.other !== undefined
  return {
    /** True where a server that we did not start is measured alone: then nothing of ours can be. */
    isOther,

    /** A server of our own as users start it. */
    startOwn: (words = []) => startServer([...flags.serverFlags, ...words]),

    /**
     * Runs `use` with the servers to measure, which hold the load's kind and reconcile nothing.
     * `over`: http, https or https/2; a server that was named has its own.
     */
    async withServers(over, use) {
      const own = isOther
        ? undefined
        : await startServer(['--without-reconcilers', 'all', ...flags.serverFlags])
      try {
        const servers = [isOther ? named('other', flags.other) : ours(own, over)]
        if (flags.beside) servers.push(named('beside', flags.beside, over === 'https/2'))
        const lasting = servers.filter(({ name }) => name !== 'ours')
        for (const server of servers) await install(server)
        for (const server of lasting) await clear(server)
        await use(servers)
        for (const server of lasting) await clear(server)
      } finally {
        await own?.stop()
      }
    },
  }
}

function ours(server, over) {
  const url = `${over === 'http' ? server.httpUrl : server.url}${server.plane}`
  return {
    name: 'ours',
    over,
    base: url,
    target: { url, token: server.token, ca: server.ca, http2: over === 'https/2' },
    path: new URL(url).pathname + collectionPath,
    apiVersion: loadApiVersion,
    pids: [server.pid],
  }
}

function named(name, { url, token, ca, pids }, http2 = false) {
  return {
    name,
    over: new URL(url).protocol.slice(0, -1) + (http2 ? '/2' : ''),
    base: url,
    target: { url, token, ca, http2 },
    path: (new URL(url).pathname === '/' ? '' : new URL(url).pathname) + collectionPath,
    apiVersion: loadApiVersion,
    pids,
  }
}
