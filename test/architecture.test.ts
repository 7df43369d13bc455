import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Who may import whom: for each folder of src (or file at its top), the folders below it. A folder may always import
 * itself. What is not listed does not exist yet, and has to be entered here before it does.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  apimachinery: [],
  storage: ['apimachinery'],
  registry: ['storage', 'apimachinery'],
  'controller-runtime': ['registry', 'apimachinery'],
  schemas: ['registry', 'apimachinery'],
  telemetry: ['schemas', 'apimachinery'],
  reconcilers: ['controller-runtime', 'telemetry', 'schemas', 'registry', 'apimachinery'],
  server: ['registry', 'apimachinery'],
  'version.ts': [],
  'seeds.ts': ['server', 'controller-runtime', 'schemas', 'registry', 'apimachinery'],
  'project-organizations.ts': ['controller-runtime', 'schemas', 'registry', 'apimachinery'],
  'parents.ts': ['project-organizations.ts', 'server', 'schemas', 'registry', 'apimachinery'],
  'definitions.ts': ['schemas', 'registry', 'apimachinery'],
  'limits.ts': ['server', 'storage', 'controller-runtime'],
  'controller-metrics.ts': ['server', 'controller-runtime', 'apimachinery'],
  'control-plane-options.ts': ['limits.ts', 'seeds.ts', 'server', 'apimachinery'],
  'control-plane.ts': [
    'control-plane-options.ts',
    'limits.ts',
    'controller-metrics.ts',
    'version.ts',
    'seeds.ts',
    'parents.ts',
    'definitions.ts',
    'server',
    'reconcilers',
    'controller-runtime',
    'schemas',
    'registry',
    'storage',
    'apimachinery',
  ],
  cli: ['control-plane.ts', 'limits.ts', 'version.ts', 'seeds.ts', 'server', 'storage', 'apimachinery'],
  testing: [
    'control-plane.ts',
    'control-plane-options.ts',
    'limits.ts',
    'seeds.ts',
    'server',
    'schemas',
    'registry',
    'apimachinery',
  ],
  'main.ts': ['cli', 'apimachinery'],
}

/** Packages that one folder alone may know of. */
const belongsTo: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['storage'],
  fastify: ['server'],
  '@fastify/swagger': ['server'],
  '@fastify/swagger-ui': ['server'],
  jose: ['server'],
  commander: ['cli'],
  snappyjs: ['telemetry'],
  'protobufjs/minimal.js': ['telemetry'],
}

/** The only places that ask the machine for time, chance or identity, and why. */
const impure: Readonly<Record<string, string>> = {
  'apimachinery/clock.ts': 'is the clock',
  'apimachinery/ids.ts': 'is the source of identities',
  'server/certificates.ts': 'serial numbers must not repeat, whatever seed a run has',
  'server/credentials.ts': 'secrets must not be guessed from a seed',
  'server/app.ts': 'how long a request took is a figure about this machine',
}

const askingTheMachine =
  /(?<![.\w])(Date\.now|new Date\(\)|performance\.now|process\.hrtime|Math\.random|randomUUID|randomBytes|randomInt|getRandomValues|setTimeout|setInterval)\b/

interface SourceFile {
  /** Relative to src, with slashes. */
  readonly path: string
  readonly text: string
}

const sources: readonly SourceFile[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(root, 'src', path), 'utf8') }))

/** The folder of src that a path is in, or the file itself at the top. */
function floorOf(path: string): string {
  return path.split('/')[0] ?? path
}

/** What a file imports, re-exports, or imports on first use. */
function importsOf({ text }: SourceFile): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  )
  return [...found].map((each) => (each[1] ?? each[2]) as string)
}

/** Comments say things that code must not do. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

describe('the architecture', () => {
  test('has sources to look at', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(
      importsOf({ path: 'x', text: 'import {\n  a,\n} from \'./a.ts\'\nexport * from "./b.ts"' }),
    ).toEqual(['./a.ts', './b.ts'])
    expect(importsOf({ path: 'x', text: "import './a.ts'\nconst b = await import('./b.ts')" })).toEqual([
      './a.ts',
      './b.ts',
    ])
  })

  test('knows every folder of src', () => {
    expect(
      [...new Set(sources.map(({ path }) => floorOf(path)))].filter((floor) => !(floor in mayImport)),
    ).toEqual([])
  })

  test('lets imports point downwards only', () => {
    const upward = sources.flatMap((source) => {
      const floor = floorOf(source.path)
      return importsOf(source)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(source.path), specifier))
        .filter((target) => floorOf(target) !== floor && !mayImport[floor]?.includes(floorOf(target)))
        .map((target) => `${source.path} imports ${target}`)
    })
    expect(upward).toEqual([])
  })

  test('lets schemas know of the registry what a kind is, and nothing of how it works', () => {
    // Two pure checks beside the contracts: what a definition must be, and whether an object fits a schema.
    const checks = ['custom-resource-definition-validation', 'validation']
    const contracts = ['kind', 'admission', 'structural-schema', 'registry', ...checks].map(
      (name) => `registry/${name}.ts`,
    )
    const others = sources
      .filter(({ path }) => floorOf(path) === 'schemas')
      .flatMap((source) =>
        importsOf(source)
          .map((specifier) => posix.join(posix.dirname(source.path), specifier))
          .filter((target) => floorOf(target) === 'registry' && !contracts.includes(target))
          .map((target) => `${source.path} imports ${target}`),
      )
    expect(others).toEqual([])
  })

  test('keeps each library in the folder whose business it is', () => {
    const strays = sources.flatMap((source) =>
      importsOf(source)
        .filter((specifier) => belongsTo[specifier] && !belongsTo[specifier].includes(floorOf(source.path)))
        .map((specifier) => `${source.path} imports ${specifier}`),
    )
    expect(strays).toEqual([])
  })

  test('takes time, chance and identity as values', () => {
    const asking = sources
      .filter(({ path }) => !(path in impure))
      .flatMap(({ path, text }) =>
        withoutComments(text)
          .split('\n')
          .filter((line) => askingTheMachine.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      )
    expect(asking).toEqual([])
  })

  test('has no drawer for odds and ends', () => {
    const drawers = sources.filter(({ path }) =>
      /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.ts$)/.test(path),
    )
    expect(drawers.map(({ path }) => path)).toEqual([])
  })

  test('names files after what they hold, in words with hyphens', () => {
    const odd = sources.filter(
      ({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path),
    )
    expect(odd.map(({ path }) => path)).toEqual([])
  })

  test('is told in ARCHITECTURE.md, folder by folder', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const untold = Object.keys(mayImport).filter((floor) => !text.includes(`src/${floor}`))
    expect(untold).toEqual([])
  })
})

test('the README says of every library why it is there, and of no other', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const from = readme.indexOf('## Libraries')
  const rows = readme.slice(from, readme.indexOf('\n## ', from + 1)).matchAll(/^\| ([@a-z][^|]*?) +\| \S/gm)
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect([...rows].flatMap((each) => (each[1] as string).split(', ')).sort()).toEqual(
    Object.keys(dependencies).sort(),
  )
})

test('every relative path in the documents leads somewhere', () => {
  const documents = readdirSync(root).filter((name) => name.endsWith('.md'))
  const broken = documents.flatMap((name) => {
    const text = readFileSync(join(root, name), 'utf8')
    return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((each) => each[1] as string)
      .filter((target) => {
        try {
          readdirSync(join(root, target))
          return false
        } catch (error) {
          return (error as NodeJS.ErrnoException).code !== 'ENOTDIR'
        }
      })
      .map((target) => `${name}: ${target}`)
  })
  expect(documents.length).toBeGreaterThan(0)
  expect(broken.map((each) => relative('', each))).toEqual([])
})
