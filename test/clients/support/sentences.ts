import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A test of a client in another language. */
export interface Sentence {
  /** As the other language calls it: `TestLeaderElectionHandsOver`. */
  readonly name: string
  /** In words: `leader election hands over`. */
  readonly sentence: string
}

/** All tests in the files of a folder whose names end so; `declaration` finds the name of one. */
export function findSentences(folder: string, ending: string, declaration: RegExp): Sentence[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(declaration)])
    .map(([, name = '']) => ({ name, sentence: inWords(name) }))
}

function inWords(name: string): string {
  return name
    .replace(/^test_?/i, '')
    .replaceAll('_', ' ')
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .toLowerCase()
}
