import { describe, expect, test } from 'vitest'
import { compileJsonPath, JsonPathError } from '../../src/apimachinery/json-path.ts'

const object = {
  metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'netdata' } },
  spec: { replicas: 3, ports: [{ port: 80 }, { port: 443, name: 'tls' }, { port: 8080 }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', weight: 2 },
      { type: 'Progressing', status: 'False', weight: 5 },
    ],
  },
}

describe('JSONPath', () => {
  test.each<[string, unknown[]]>([
    ['.spec.replicas', [3]],
    ['{.spec.replicas}', [3]],
    ['$.spec.replicas', [3]],
    ['spec.replicas', [3]],
    ['.spec.missing', []],
    ['.spec.replicas.deeper', []],
    ['.metadata.labels.app\\.kubernetes\\.io/name', ['netdata']],
    [".metadata.labels['app.kubernetes.io/name']", ['netdata']],
    ['.spec.ports[0].port', [80]],
    ['.spec.ports[-1].port', [8080]],
    ['.spec.ports[9].port', []],
    ['.spec.ports[*].port', [80, 443, 8080]],
    ['.spec.ports[1:].port', [443, 8080]],
    ['.spec.ports[:2].port', [80, 443]],
    ['.spec.ports[::2].port', [80, 8080]],
    ['.spec.ports[-2:].port', [443, 8080]],
    ['.spec.ports[:-1].port', [80, 443]],
    ['.spec.ports[-9:9:2].port', [80, 8080]],
    ['.spec.ports[2:1].port', []],
    ['.spec.ports[0,2].port', [80, 8080]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Ready')].status", ['True']],
    ['.status.conditions[?(@.type == "Absent")].status', []],
    ['.status.conditions[?(@.type!="Ready")].type', ['Progressing']],
    ['.status.conditions[?(@.weight>2)].type', ['Progressing']],
    ['.status.conditions[?(@.weight<=2)].type', ['Ready']],
    ['.spec.ports[?(@.name)].port', [443]],
    ['..port', [80, 443, 8080]],
    ['.metadata.*', ['web', { 'app.kubernetes.io/name': 'netdata' }]],
    ['.constructor', []],
    ['.__proto__', []],
  ])('%s finds %j', (path, found) => {
    expect(compileJsonPath(path)(object)).toEqual(found)
  })

  test.each([
    '.spec[',
    '.spec[?(@.a==)]',
    '{.spec',
    ".a['b",
    '.a[?(@.b==1]',
    '.a b',
    '.a[::0]',
    'a'.repeat(5000),
  ])('%s is refused', (path) => {
    expect(() => compileJsonPath(path)).toThrow(JsonPathError)
  })

  test('data of any depth is no danger', () => {
    let deep: unknown = 1
    for (let index = 0; index < 50_000; index++) deep = [deep]
    expect(compileJsonPath('..x')(deep)).toEqual([])
  })
})
