import { apply, get, json, merge, post, put, strategic, wrong } from '../requests.ts'
import type { Story } from '../step.ts'

const secrets = '/api/v1/namespaces/default/secrets'
const secret = (name: string, fields: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, ...metadata },
  ...fields,
})
const base64 = (text: string) => Buffer.from(text).toString('base64')

export const secretStory: Story = {
  title: 'secrets',
  steps: [
    post('a secret', secrets, secret('a', { data: { a: 'Yg==' }, stringData: { a: 'c', b: 'd' } })),
    post('with plain values of the wrong type', secrets, secret('x', { stringData: { a: 1 } })),
    post('with plain values that are a list', secrets, secret('x', { stringData: ['a'] })),
    post('with values of the wrong type', secrets, secret('x', { data: { a: 1 } })),
    post('with values that are no base64', secrets, secret('x', { data: { a: 'b' } })),
    post('with values of unpadded base64', secrets, secret('x', { data: { a: 'Yg' } })),
    post('with a value that is null', secrets, secret('nulled', { data: { a: null } })),
    post('with an empty value', secrets, secret('empty', { data: { a: '' } })),
    post('with empty maps', secrets, secret('empty-maps', { data: {}, stringData: {} })),
    post('with a type of the wrong type', secrets, secret('x', { type: 5 })),
    post('with an immutability of the wrong type', secrets, secret('x', { immutable: 'yes' })),
    post('with keys that are none', secrets, secret('x', { data: { 'a b': '', '..': '', '': '' } })),
    post('with a plain key that is none', secrets, secret('x', { stringData: { 'a b': '' } })),
    post('with a long key', secrets, secret('x', { data: { ['k'.repeat(254)]: '' } })),
    post(
      'with unknown fields, refused',
      `${secrets}?fieldValidation=Strict`,
      secret('x', { surprise: 1, data: { a: '' } }, { odd: 1 }),
    ),
    post('that is too large', secrets, secret('x', { stringData: { a: 'x'.repeat(1024 * 1024 + 1) } })),
    post(
      'of an account without its name',
      secrets,
      secret('x', { type: 'kubernetes.io/service-account-token' }),
    ),
    post(
      'for basic authentication, without a word',
      secrets,
      secret('x', { type: 'kubernetes.io/basic-auth' }),
    ),
    post(
      'for basic authentication, with a user alone',
      secrets,
      secret('basic', { type: 'kubernetes.io/basic-auth', stringData: { username: 'u' } }),
    ),
    post('for SSH, without a key', secrets, secret('x', { type: 'kubernetes.io/ssh-auth' })),
    post(
      'for SSH, with an empty key',
      secrets,
      secret('x', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } }),
    ),
    post('for TLS, without anything', secrets, secret('x', { type: 'kubernetes.io/tls' })),
    post(
      'for TLS, with empty values',
      secrets,
      secret('tls', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } }),
    ),
    post('of docker, old, without a file', secrets, secret('x', { type: 'kubernetes.io/dockercfg' })),
    post(
      'of docker, old, that is no JSON',
      secrets,
      secret('x', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': 'no' } }),
    ),
    post('of docker, without a file', secrets, secret('x', { type: 'kubernetes.io/dockerconfigjson' })),
    post(
      'of docker, that is no object',
      secrets,
      secret('x', {
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': base64('[]') },
      }),
    ),
    post(
      'of docker, that ends early',
      secrets,
      secret('x', {
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': base64('{"auths":') },
      }),
    ),
    post(
      'of docker, as it should be',
      secrets,
      secret('docker', {
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': base64('{"auths":{}}') },
      }),
    ),
    post('for bootstrapping', secrets, secret('boot', { type: 'bootstrap.kubernetes.io/token' })),
    post('of a type of its own', secrets, secret('own', { type: 'example.com/own' })),
    put('with another type', `${secrets}/own`, secret('own', { type: 'Opaque' })),
    put('without its type', `${secrets}/own`, secret('own')),
    put('without its values', `${secrets}/tls`, secret('tls', { type: 'kubernetes.io/tls' })),
    merge('a plain value', `${secrets}/a`, { stringData: { e: 'f' } }),
    merge('a value taken off', `${secrets}/a`, { data: { a: null } }),
    merge('a value that is no base64', `${secrets}/a`, { data: { a: '%%' } }),
    strategic('strategic, a plain value', `${secrets}/a`, { stringData: { g: 'h' } }),
    strategic('strategic, all values replaced', `${secrets}/a`, { data: { $patch: 'replace', z: 'eg==' } }),
    strategic('strategic, values of the wrong type', `${secrets}/a`, { data: 5 }),
    json('JSON patch of a value', `${secrets}/a`, [{ op: 'add', path: '/data/y', value: 'eQ==' }]),
    json('JSON patch to a value of the wrong type', `${secrets}/a`, [
      { op: 'add', path: '/data/y', value: 5 },
    ]),
    json('JSON patch of what is not there', `${secrets}/a`, [{ op: 'remove', path: '/data/nothing' }]),
    json('JSON patch that tests in vain', `${secrets}/a`, [{ op: 'test', path: '/type', value: 'other' }]),
    merge('to be immutable', `${secrets}/a`, { immutable: true }),
    merge('a value of what is immutable', `${secrets}/a`, { data: { a: 'YQ==' } }),
    merge('no longer immutable', `${secrets}/a`, { immutable: false }),
    merge('immutability taken off', `${secrets}/a`, { immutable: null }),
    merge('a label of what is immutable', `${secrets}/a`, { metadata: { labels: { a: 'b' } } }),
    apply(
      'apply of plain values',
      `${secrets}/applied?fieldManager=one`,
      secret('applied', { stringData: { a: 'b' } }),
    ),
    apply(
      'apply of values by another',
      `${secrets}/applied?fieldManager=two`,
      secret('applied', { data: { a: 'Yw==' } }),
    ),
    apply(
      'apply of other values by another',
      `${secrets}/applied?fieldManager=two`,
      secret('applied', { data: { c: 'Yw==' } }),
    ),
    apply('apply of nothing', `${secrets}/applied?fieldManager=two`, secret('applied')),
    apply(
      'apply of values of the wrong type',
      `${secrets}/applied?fieldManager=two`,
      secret('applied', { data: { c: 5 } }),
    ),
    apply(
      'apply of unknown fields, refused',
      `${secrets}/applied?fieldManager=two&fieldValidation=Strict`,
      secret('applied', { surprise: 5 }),
    ),
    apply(
      'apply as a dry run',
      `${secrets}/applied?fieldManager=two&dryRun=All`,
      secret('applied', { data: { d: 'ZA==' } }),
    ),
    apply('apply without a manager', `${secrets}/applied`, secret('applied')),
    get('what is left', `${secrets}/applied`),
    get('secrets by their type', `${secrets}?fieldSelector=type%3Dkubernetes.io/tls`),
    get('secrets by another field', `${secrets}?fieldSelector=immutable%3Dtrue`),
    merge('metadata that is wrong', `${secrets}/own`, wrong),
    { title: 'deletion', method: 'DELETE', path: `${secrets}/own` },
    {
      title: 'deletion of a collection as a dry run',
      method: 'DELETE',
      path: `${secrets}?fieldSelector=type%3Dkubernetes.io/tls&dryRun=All`,
    },
    {
      title: 'deletion of a collection by a field',
      method: 'DELETE',
      path: `${secrets}?fieldSelector=type%3Dkubernetes.io/tls`,
    },
  ],
}
