// `npm start`: installs and builds what is missing, then becomes `datum-local start`, in this very process,
// so that the process that npm knows and signals is the server. That is also why the script in package.json says `exec`:
// else a shell would stand between, and end without passing the signal on.
import { ensureInstalled, requireNode } from './install.mjs'

requireNode()
ensureInstalled()
const { ensureBuilt } = await import('./build.mjs')
await ensureBuilt()
process.argv.splice(2, 0, 'start')
await import('../dist/main.js')
