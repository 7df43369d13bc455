import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findSentences } from '../clients/support/sentences.ts'

const clients = join(import.meta.dirname, '../clients')

/** A client, where its tests are (from docs/), and the sentences that they prove. */
export interface ProvenClient {
  readonly client: string
  readonly place: string
  readonly sentences: readonly string[]
}

/** The clients whose tests are in test/clients. */
export function provenClients(): ProvenClient[] {
  const kubectl = readdirSync(join(clients, 'kubectl'))
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => ({
      client: `kubectl: ${file.replace('.test.ts', '')}`,
      place: `../test/clients/kubectl/${file}`,
      sentences: namesOf(join(clients, 'kubectl', file)),
    }))
  const go = readdirSync(join(clients, 'go'))
    .filter((file) => file.endsWith('_test.go') && file !== 'setup_test.go')
    .sort()
    .map((file) => ({
      client: goClients[file] ?? file,
      place: `../test/clients/go/${file}`,
      sentences: findSentences(join(clients, 'go'), file, /^func (Test\w+)\(/gm).map(
        ({ sentence }) => sentence,
      ),
    }))
  return [
    ...kubectl,
    {
      client: '@kubernetes/client-node',
      place: '../test/clients/javascript.test.ts',
      sentences: namesOf(join(clients, 'javascript.test.ts')),
    },
    ...go,
    {
      client: 'kubernetes (Python)',
      place: '../test/clients/python.long.test.ts',
      sentences: findSentences(join(clients, 'python'), '.py', /^ {4}def (test_\w+)\(/gm).map(
        ({ sentence }) => sentence,
      ),
    },
  ]
}

const goClients: Readonly<Record<string, string>> = {
  'clientgo_test.go': 'client-go',
  'helm_test.go': 'Helm',
  'operator_test.go': 'controller-runtime',
  'terraform_test.go': "Terraform's provider, its requests replayed",
}

/** The names of the tests in a file, each behind those of the groups that it is in, but for the outermost. */
export function namesOf(file: string): string[] {
  const groups: { readonly indent: number; readonly name: string }[] = []
  const names: string[] = []
  const declaration =
    /^( *)(describe|test)(?:\.\w+\([^)]*\))*(?:\.each(?:<.*>)?\([\s\S]*?\n\1\]\))?\(\s*(['"`])(.*?)\3,/gm
  for (const [, { length: indent } = '', sort, , name = ''] of readFileSync(file, 'utf8').matchAll(
    declaration,
  )) {
    while ((groups.at(-1)?.indent ?? -1) >= indent) groups.pop()
    if (sort === 'describe') groups.push({ indent, name })
    else names.push([...groups.slice(1).map((group) => group.name), plain(name)].join(': '))
  }
  return names
}

/** Without the places that a table of cases fills. */
function plain(name: string): string {
  return name.replace(/%[a-z]|\$\w+/g, '…')
}
