import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

describe('the package', () => {
  test('pins what it depends on', () => {
    const { dependencies, devDependencies } = read('package.json')
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version as string),
    )
    expect(loose).toEqual([])
  })

  test('names in its lock file the optional packages of every platform', () => {
    // npm writes down what the registry of the day has; `npm ci` refuses the file where another lacks some of it.
    const packages = read('package-lock.json').packages as Record<
      string,
      { optionalDependencies?: Record<string, string> }
    >
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    )
    expect(missing).toEqual([])
  })

  test('gives every library that it ships a line in the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const unexplained = Object.keys(read('package.json').dependencies).filter(
      (name) =>
        !readme.split('\n').some((line) => line.startsWith('|') && line.split('|')[1]?.includes(name)),
    )
    expect(unexplained).toEqual([])
  })
})
