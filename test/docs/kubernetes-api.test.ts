import { join } from 'node:path'
import { expect, test } from 'vitest'
import { knownDifferences } from '../conformance/known-differences.ts'
import type { Story } from '../conformance/step.ts'
import { stories } from '../conformance/stories.ts'
import { absences } from './absences.ts'
import { namesOf, provenClients } from './test-names.ts'

const laws = join(import.meta.dirname, '../server/laws')

test('docs/kubernetes-api.md says what the tests say; `npx vitest run test/docs -u` writes it anew', async () => {
  const text = [
    introduction,
    '## Asked as a real server was asked',
    conformance,
    ...stories.map(storyTable),
    '## Laws',
    'Held by property tests through the front door, with many writers at once.',
    list([...namesOf(join(laws, 'watch.test.ts')), ...namesOf(join(laws, 'list.test.ts'))]),
    '## Clients',
    'Each is the real library or program, against a started server.',
    ...provenClients().map(
      ({ client, place, sentences }) =>
        `### ${client}\n\n${list(sentences)}\n\nHeld by [${place.slice(3)}](${place}).`,
    ),
    '## Absent',
    'What is not served is refused as by a server that does not have it.',
    absentTable(),
  ].join('\n\n')
  await expect(`${text}\n`).toMatchFileSnapshot('../../docs/kubernetes-api.md')
})

const introduction = `# The Kubernetes API

What of the Kubernetes API is served, which test or client holds it, and what is absent. Written by a test from the names
of the tests; the reference is kube-apiserver 1.34. What Datum's kinds do is in [fidelity.md](fidelity.md).`

const conformance = `Requests that were sent to kube-apiserver 1.34.1 and are sent to datum-local in each test run
([test/conformance](../test/conformance)). Status, warnings and the whole answer are compared, but for times, revisions
and identities. \`=\` is the same answer; otherwise the reason is given.`

function storyTable(story: Story): string {
  const rows = story.steps.map(({ title, method }) => {
    const difference = knownDifferences[story.title]?.[title]
    return `| ${method} | ${cell(title)} | ${difference === undefined ? '=' : cell(difference)} |`
  })
  return `### ${story.title}\n\n| Method | Request | Answer |\n| --- | --- | --- |\n${rows.join('\n')}`
}

function absentTable(): string {
  const rows = absences.map(
    ({ what, method, path, code, says }) => `| ${what} | \`${method} ${path}\` | ${code} \`${says}\` |`,
  )
  return `| What | Asked | Answer |\n| --- | --- | --- |\n${rows.join('\n')}`
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${sentence}`).join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
