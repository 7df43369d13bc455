import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Credentials } from '../server/credentials.ts'
import type { PersonalAccessToken } from '../server/tokens.ts'
import { UsageError } from './option-types.ts'

/** How the server that runs on a state can be reached: written when it is ready, removed when it ends. */
export interface RunningServer {
  readonly pid: number
  readonly url: string
  readonly httpUrl: string
  /** The name of the User for whom kubeconfigs and tokens are made. */
  readonly user: { readonly name: string; readonly email?: string }
  readonly organization: string | null
  readonly project: string | null
}

/**
 * The folder in which a server keeps what outlives it. Every file in it is for its owner alone (mode 0600), and the
 * folder tells git to leave it alone. Errors of the file system are thrown as UsageErrors that name the path.
 */
export interface StateDirectory {
  /** Absolute. */
  readonly path: string
  readonly database: string
  readCredentials(): Partial<Credentials>
  /** Writes what differs from what is there. */
  writeCredentials(credentials: Credentials): void
  /** Writes one kubeconfig; returns its absolute path. */
  writeKubeconfig(plane: 'root' | 'organization' | 'project', text: string): string
  /** The server that runs on this state now; undefined when there is none. */
  readServer(): RunningServer | undefined
  writeServer(server: RunningServer): void
  removeServer(): void
  /** Removes everything that a server has made here, and nothing else; the folder too when that leaves it empty. */
  clear(): void
}

const files = {
  database: 'state.db',
  authorityCertificate: 'ca.crt',
  authorityKey: 'ca.key',
  serverCertificate: 'server.crt',
  serverKey: 'server.key',
  signingKey: 'signing.key',
  personalAccessTokens: 'personal-access-tokens.json',
  server: 'server.json',
  gitignore: '.gitignore',
}

/** Files of ours by their names: with the companions of a SQLite database, and what an interrupted write leaves. */
const ours = new RegExp(
  `^(${Object.values(files)
    .map((name) => name.replaceAll('.', '\\.'))
    .join('|')}|kubeconfig-[a-z]+\\.yaml|state\\.db-[a-z]+|lock(-[a-z]+|\\.pid(\\.new)?)?|.*\\.writing)$`,
)

/** Opens the folder at `path`, made when it is missing. */
export function openStateDirectory(path: string): StateDirectory {
  const directory = describeStateDirectory(path)
  told(directory.path, () => {
    makeFolder(directory.path)
    const gitignore = join(directory.path, files.gitignore)
    if (!existsSync(gitignore)) writeFileSync(gitignore, '*\n', { mode: 0o600 })
  })
  return directory
}

/** The folder at `path`, which need not exist. */
export function describeStateDirectory(path: string): StateDirectory {
  const folder = resolve(path)
  const at = (name: string) => join(folder, name)

  function read(name: string): string | undefined {
    return told(at(name), () => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : undefined))
  }

  function write(name: string, text: string): string {
    if (read(name) === text) return at(name)
    return told(at(name), () => {
      // Whoever reads meanwhile sees the old text or the new one.
      writeFileSync(`${at(name)}.writing`, text, { mode: 0o600 })
      chmodSync(`${at(name)}.writing`, 0o600)
      renameSync(`${at(name)}.writing`, at(name))
      return at(name)
    })
  }

  function readPem(name: string, parse: (text: string) => unknown): string | undefined {
    const text = read(name)
    if (text === undefined) return undefined
    try {
      parse(text)
      return text
    } catch {
      throw new UsageError(
        `${at(name)} is damaged: put it back, or remove it and have a new one made (what it signed is then void)`,
      )
    }
  }

  function readPair(certificateName: string, keyName: string, parse: (text: string) => unknown) {
    const certificate = readPem(certificateName, parse)
    const key = readPem(keyName, createPrivateKey)
    return certificate === undefined || key === undefined ? undefined : { certificate, key }
  }

  return {
    path: folder,
    database: at(files.database),

    readCredentials() {
      const authority = readPair(files.authorityCertificate, files.authorityKey, parseAuthority)
      // One that the authority has not signed is issued anew.
      const server = readPair(
        files.serverCertificate,
        files.serverKey,
        (text) => new X509Certificate(text).publicKey,
      )
      const signingKey = readPem(files.signingKey, createPrivateKey)
      const personalAccessTokens = read(files.personalAccessTokens)
      return {
        ...(authority ? { authority } : {}),
        ...(server ? { server } : {}),
        ...(signingKey === undefined ? {} : { signingKey }),
        ...(personalAccessTokens === undefined
          ? {}
          : { personalAccessTokens: parseTokens(at(files.personalAccessTokens), personalAccessTokens) }),
      }
    },

    writeCredentials({ authority, server, signingKey, personalAccessTokens }) {
      write(files.authorityCertificate, authority.certificate)
      write(files.authorityKey, authority.key)
      write(files.serverCertificate, server.certificate)
      write(files.serverKey, server.key)
      write(files.signingKey, signingKey)
      write(files.personalAccessTokens, `${JSON.stringify(personalAccessTokens, undefined, 2)}\n`)
    },

    writeKubeconfig: (plane, text) => write(`kubeconfig-${plane}.yaml`, text),

    readServer() {
      const text = read(files.server)
      if (text === undefined) return undefined
      const server = parseJson(at(files.server), text) as RunningServer
      return isAlive(server.pid) ? server : undefined
    },

    writeServer(server) {
      write(files.server, `${JSON.stringify(server, undefined, 2)}\n`)
    },

    removeServer() {
      rmSync(at(files.server), { force: true })
    },

    clear() {
      if (!existsSync(folder)) return
      told(folder, () => {
        const names = readdirSync(folder)
        for (const name of names.filter((each) => ours.test(each))) rmSync(at(name), { force: true })
        if (names.every((each) => ours.test(each))) rmdirSync(folder)
      })
    },
  }
}

/** With what is missing above it. Node's own `recursive` never returns where a parent refuses with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    makeFolder(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

function parseTokens(path: string, text: string): readonly PersonalAccessToken[] {
  const tokens = parseJson(path, text)
  const fits =
    Array.isArray(tokens) &&
    tokens.every((each) => typeof each?.token === 'string' && typeof each.user?.name === 'string')
  if (!fits) throw new UsageError(`${path} is not a list of personal access tokens: mend it or remove it`)
  return tokens
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is not JSON: mend it or remove it`)
  }
}

/** True while a process of this number exists, whoever owns it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Runs `action`; what the file system refuses becomes one line. */
/** An authority has signed itself: no bit of it can be another than it was. */
function parseAuthority(text: string): void {
  const certificate = new X509Certificate(text)
  if (!certificate.verify(certificate.publicKey))
    throw new Error('the signature is not that of the certificate')
}

function told<Value>(path: string, action: () => Value): Value {
  try {
    return action()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const reasons: Record<string, string> = {
      EACCES: 'permission denied',
      EPERM: 'permission denied',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
      ENOENT: 'it cannot be made there',
      ENOTDIR: 'a part of the path is not a folder',
      EEXIST: 'there is a file in its place',
      EISDIR: 'there is a folder in its place',
    }
    throw new UsageError(`cannot use ${path}: ${reasons[code] ?? code}`)
  }
}
