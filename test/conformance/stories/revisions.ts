import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'revisions.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const get = (title: string, query: string): Step => ({ title, method: 'GET', path: gadgets + query })
const make = (name: string): Step => ({
  title: `an object ${name}`,
  method: 'POST',
  path: gadgets,
  body: gadget(group, name, {}, { labels: { name } }),
  remember: { [name]: 'metadata.resourceVersion' },
})
const token = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')
const start = 'zz\0'
const future = '99999999'

const labels: readonly [string, string][] = [
  ['of nothing but a comma', ','],
  ['that ends with a comma', 'name=a,'],
  ['that begins with a comma', ',name=a'],
  ['of two words', 'name a'],
  ['of two equals', 'name==a'],
  ['of three equals', 'name===a'],
  ['of two values', 'name=a=b'],
  ['without a value', 'name='],
  ['without a key', '=a'],
  ['of a set', 'name in (a,b)'],
  ['of a set of nothing', 'name in ()'],
  ['of a set with nothing in it', 'name in (a,,b)'],
  ['of a set without parentheses', 'name in a'],
  ['of a set that does not end', 'name in (a'],
  ['of a set turned round', 'name notin (a,b)'],
  ['of a set without a key', 'in (a)'],
  ['of a number', 'name>1'],
  ['of a number that is none', 'name>a'],
  ['of a number below', 'name<1,name'],
  ['of what is not there', '!name'],
  ['of nothing that is not there', '!'],
  ['of what is not there, with a value', '!name=a'],
  ['with a value that is too long', `name=${'x'.repeat(64)}`],
  ['with a key that is too long', `${'x'.repeat(64)}=a`],
  ['with a prefix', 'example.com/name=a'],
  ['with a prefix that is wrong', 'Example_com/name=a'],
  ['with two prefixes', 'a/b/c=d'],
  ['with an empty prefix', '/name=a'],
  ['with letters of another alphabet', 'näme=a'],
  ['with quotes', 'name="a"'],
  ['with a value of a set that is wrong', 'name in (a b)'],
  ['with values that are wrong', 'name in (-a,-b)'],
]
const fields: readonly [string, string][] = [
  ['without a value', 'metadata.name'],
  ['with an empty value', 'metadata.name='],
  ['that ends with a comma', 'metadata.name=a,'],
  ['without a name', '=a'],
  ['of two equals', 'metadata.name==a'],
  ['with an escape', 'metadata.name=a\\,b'],
  ['with a bad escape', 'metadata.name=a\\b'],
  ['with an escape at the end', 'metadata.name=a\\'],
  ['of a label', 'metadata.labels.name=a'],
  ['of the status', 'status.phase=x'],
  ['of nothing', 'nothing=a'],
  ['of a set', 'metadata.name in (a)'],
  ['of a name twice', 'metadata.name=a,metadata.name=b'],
  ['of a name and a namespace', 'metadata.name=a,metadata.namespace=default'],
  ['that is negative', 'metadata.name!=a,metadata.name!=b'],
  ['of a selectable field that is negative', 'spec.color!=blue'],
]

export const revisionStory: Story = {
  title: 'revisions and selectors',
  steps: [
    ...served(group),
    make('a'),
    make('b'),
    make('c'),
    { title: 'one goes', method: 'DELETE', path: `${gadgets}/a` },
    get('what there is', ''),
    get('what there was', '?resourceVersion={b}&resourceVersionMatch=Exact'),
    get(
      'what there was, by a label',
      '?resourceVersion={c}&resourceVersionMatch=Exact&labelSelector=name%3Da',
    ),
    {
      ...get('what there was, a page', '?resourceVersion={c}&resourceVersionMatch=Exact&limit=2'),
      remember: { token: 'metadata.continue' },
    },
    get('what there was, the rest', '?limit=2&continue={token}'),
    get('what there was, the rest, by another label', '?limit=2&continue={token}&labelSelector=name%3Da'),
    get('what there was, by an old revision and a limit', '?resourceVersion={b}&limit=2'),
    get('a list of the future', `?resourceVersion=${future}`),
    get('a list not older than the future', `?resourceVersion=${future}&resourceVersionMatch=NotOlderThan`),
    get('a list of exactly the future', `?resourceVersion=${future}&resourceVersionMatch=Exact`),
    get('a page of the future', `?resourceVersion=${future}&limit=1`),
    get('one of the future', `/b?resourceVersion=${future}`),
    get('a revision below nothing', '?resourceVersion=-1'),
    get('a revision that is too large', '?resourceVersion=99999999999999999999'),
    get('a match of nothing', '?resourceVersion=&resourceVersionMatch=NotOlderThan'),
    get('a match of zero', '?resourceVersion=0&resourceVersionMatch=NotOlderThan'),
    get('an unknown match of nothing', '?resourceVersionMatch=Roughly'),
    get('no limit', '?limit=0'),
    get('a large limit', '?limit=9223372036854775807'),
    get('a limit that is too large', '?limit=9223372036854775808'),
    get('no token', '?continue='),
    get('a token without a revision', `?continue=${token({ v: 'meta.k8s.io/v1', start })}`),
    get('a token without a start', `?continue=${token({ v: 'meta.k8s.io/v1', rv: 5 })}`),
    get('a token of another version', `?continue=${token({ v: 'v2', rv: 5, start })}`),
    get(
      'a token that leaves the collection',
      `?continue=${token({ v: 'meta.k8s.io/v1', rv: 5, start: '../../x' })}`,
    ),
    get('a token of the latest revision', `?continue=${token({ v: 'meta.k8s.io/v1', rv: -1, start })}`),
    get('a token of the future', `?continue=${token({ v: 'meta.k8s.io/v1', rv: 99999999, start })}`),
    get(
      'a token with a revision of the wrong type',
      `?continue=${token({ v: 'meta.k8s.io/v1', rv: 'x', start })}`,
    ),
    get('a token and an exact revision', '?continue={token}&resourceVersion={c}&resourceVersionMatch=Exact'),
    get('a token and revision zero', '?continue={token}&resourceVersion=0'),
    get('initial events without a watch, refused', '?sendInitialEvents=false'),
    ...labels.map(([title, selector]) =>
      get(`a label selector ${title}`, `?labelSelector=${encodeURIComponent(selector)}`),
    ),
    ...fields.map(([title, selector]) =>
      get(`a field selector ${title}`, `?fieldSelector=${encodeURIComponent(selector)}`),
    ),
    {
      title: 'a collection goes by a label that is wrong',
      method: 'DELETE',
      path: `${gadgets}?labelSelector=name%20in%20()`,
    },
    {
      title: 'a collection goes by a field that is not selectable',
      method: 'DELETE',
      path: `${gadgets}?fieldSelector=nothing%3Da`,
    },
    {
      title: 'a collection goes with an unknown policy',
      method: 'DELETE',
      path: `${gadgets}?propagationPolicy=Roughly`,
    },
    { title: 'a collection goes at no revision', method: 'DELETE', path: `${gadgets}?resourceVersion=abc` },
    {
      title: 'a collection goes with options',
      method: 'DELETE',
      path: `${gadgets}?labelSelector=name%3Db`,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
    },
    { title: 'a collection goes with a body that is a list', method: 'DELETE', path: gadgets, body: [] },
    { title: 'a collection goes', method: 'DELETE', path: gadgets },
    get('nothing is left', ''),
  ],
}
