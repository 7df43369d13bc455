import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { projectPath } from '../support/program.ts'
import { knownDifferences } from './known-differences.ts'
import type { Answer } from './step.ts'
import { answersFile, play, stories } from './stories.ts'

/** What kube-apiserver 1.34.1 was seen to answer; see record.mjs. */
function recorded(file: string): Record<string, Answer> {
  return JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'answers', file), 'utf8'))
}

describe.each(stories)('as a real server: $title', (story) => {
  const wanted = recorded(answersFile(story))
  const differences = knownDifferences[story.title] ?? {}
  let datum: DatumLocal
  let answers: Map<string, Answer>

  beforeAll(async () => {
    datum = await startDatumLocal()
    answers = await play({ url: `${datum.httpUrl}${projectPath}`, token: datum.token }, story)
  }, 60_000)

  afterAll(() => datum.stop())

  test.each(story.steps.map(({ title }) => title))('%s', (title) => {
    const answer = JSON.parse(JSON.stringify(answers.get(title))) as Answer
    const reason = differences[title]
    if (reason === undefined) expect(answer).toEqual(wanted[title])
    else expect(answer, `no longer different (${reason})`).not.toEqual(wanted[title])
  })

  test('every known difference is of a step', () => {
    expect(story.steps.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.keys(differences)))
  })
})
