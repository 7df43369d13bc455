import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/apimachinery/clock.ts'
import { describeStateDirectory, openStateDirectory } from '../../src/cli/state-directory.ts'
import { completeCredentials } from '../../src/server/credentials.ts'

const user = { name: 'developer', email: 'developer@example.com' }
const server = {
  pid: process.pid,
  url: 'https://127.0.0.1:1',
  httpUrl: 'http://127.0.0.1:1',
  user,
  organization: 'acme-corp',
  project: 'sandbox',
}

describe('the state directory', () => {
  let parent: string
  let path: string

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'state-directory-'))
    path = join(parent, 'deep', 'state')
  })

  afterEach(() => rmSync(parent, { recursive: true, force: true }))

  const modeOf = (name: string) => statSync(join(path, name)).mode & 0o777

  test('is for its owner alone, file by file', () => {
    const directory = openStateDirectory(path)
    directory.writeCredentials(completeCredentials({}, { names: [], user, clock: systemClock }))
    directory.writeKubeconfig('root', 'text')
    directory.writeServer(server)
    expect(modeOf('.')).toBe(0o700)
    const names = readdirSync(path)
    expect(names.length).toBe(9)
    expect(names.filter((name) => modeOf(name) !== 0o600)).toEqual([])
  })

  test('is left alone by git', () => {
    openStateDirectory(path)
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('gives back the credentials that were put in', () => {
    const credentials = completeCredentials({}, { names: [], user, clock: systemClock })
    expect(openStateDirectory(path).readCredentials()).toEqual({})
    openStateDirectory(path).writeCredentials(credentials)
    expect(openStateDirectory(path).readCredentials()).toEqual(credentials)
  })

  test.each(['ca.crt', 'ca.key', 'server.crt', 'server.key', 'signing.key', 'personal-access-tokens.json'])(
    'says which file is damaged: %s',
    (name) => {
      const directory = openStateDirectory(path)
      directory.writeCredentials(completeCredentials({}, { names: [], user, clock: systemClock }))
      writeFileSync(join(path, name), 'nonsense')
      expect(() => directory.readCredentials()).toThrow(join(path, name))
    },
  )

  test('says that the authority is damaged, whichever letter of it has changed', () => {
    const directory = openStateDirectory(path)
    const credentials = completeCredentials({}, { names: [], user, clock: systemClock })
    directory.writeCredentials(credentials)
    const { certificate } = credentials.authority
    const unnoticed = [...certificate.matchAll(/[A-Za-z0-9]/g)]
      .map(({ index }) => index)
      // Between the lines that say what it is; every third is enough to meet each part of it.
      .filter((index) => index > 28 && index < certificate.length - 40 && index % 3 === 0)
      .filter((index) => {
        const other = certificate[index] === 'x' ? 'y' : 'x'
        writeFileSync(
          join(path, 'ca.crt'),
          certificate.slice(0, index) + other + certificate.slice(index + 1),
        )
        try {
          directory.readCredentials()
          return true
        } catch (error) {
          return !(error as Error).message.startsWith(join(path, 'ca.crt'))
        }
      })
    expect(unnoticed).toEqual([])
  })

  test('knows a server only while its process lives', () => {
    const directory = openStateDirectory(path)
    expect(directory.readServer()).toBeUndefined()
    directory.writeServer(server)
    expect(directory.readServer()).toEqual(server)
    // No process has this number: it is above the greatest that Linux gives out.
    directory.writeServer({ ...server, pid: 2 ** 22 + 1 })
    expect(directory.readServer()).toBeUndefined()
    directory.writeServer(server)
    directory.removeServer()
    expect(directory.readServer()).toBeUndefined()
  })

  test('is removed with all that a server made', () => {
    const directory = openStateDirectory(path)
    directory.writeCredentials(completeCredentials({}, { names: [], user, clock: systemClock }))
    directory.writeKubeconfig('project', 'text')
    directory.writeServer(server)
    const byTheStorage = ['state.db', 'state.db-wal', 'state.db-shm', 'lock', 'lock-journal', 'lock.pid']
    for (const name of byTheStorage) writeFileSync(join(path, name), '')
    directory.clear()
    expect(existsSync(path)).toBe(false)
  })

  test('keeps files of others when it is cleared', () => {
    const directory = openStateDirectory(path)
    directory.writeServer(server)
    writeFileSync(join(path, 'notes.txt'), 'mine')
    mkdirSync(join(path, 'folder'))
    directory.clear()
    expect(readdirSync(path).sort()).toEqual(['folder', 'notes.txt'])
  })

  test('that does not exist can be looked at and cleared without being made', () => {
    const directory = describeStateDirectory(path)
    expect(directory.readServer()).toBeUndefined()
    directory.clear()
    expect(existsSync(path)).toBe(false)
  })

  test.runIf(existsSync('/proc/self'))('where no folder can be made is refused in one line', () => {
    expect(() => openStateDirectory('/proc/nobody/state')).toThrow(
      'cannot use /proc/nobody/state: it cannot be made there',
    )
  })

  test('in the place of a file is refused in one line', () => {
    writeFileSync(join(parent, 'deep'), '')
    expect(() => openStateDirectory(path)).toThrow(`cannot use ${path}: a part of the path is not a folder`)
  })
})
