import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasKubectl } from '../support/kubectl.ts'

/** Verbs that ask no server, and what of them is beside the point. */
const ofTheClientAlone: readonly RegExp[] = [
  /^completion$/,
  /^config (?!view)/,
  /^plugin/,
  /^alpha$/,
  /^kuberc/,
]

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'))
const tests = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n')

function help(...verb: string[]): string {
  return execFileSync('kubectl', [...verb, '--help'], { encoding: 'utf8' })
}

/** The names in the lists of a help text that stand below such a heading. */
function listed(text: string, heading: RegExp): string[] {
  const lists = text.split('\n\n').filter((list) => heading.test(list))
  return lists.flatMap((list) => [...list.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = '']) => name))
}

describe.runIf(hasKubectl)('the verbs of kubectl', () => {
  test('each that asks a server, and each of its own verbs, is in a sentence', () => {
    const verbs = listed(help(), /Commands.*:\n/).flatMap((verb) => {
      const inner = listed(help(verb), /^Available Commands:\n/)
      return inner.length === 0 ? [verb] : inner.map((each) => `${verb} ${each}`)
    })
    expect(verbs).toEqual(expect.arrayContaining(['get', 'apply edit-last-applied', 'auth whoami']))
    const said = (verb: string) => tests.includes(`['${verb.replaceAll(' ', "', '")}'`)
    const missing = verbs.filter((verb) => !ofTheClientAlone.some((each) => each.test(verb)) && !said(verb))
    expect(missing).toEqual([])
  })
})
