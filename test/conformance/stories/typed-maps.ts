import { apply, get, json, merge, post, put, strategic, wrong } from '../requests.ts'
import type { Story } from '../step.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'

export const typedStory: Story = {
  title: 'typed maps',
  steps: [
    post('a map', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed', labels: {}, annotations: null },
      data: { a: null, b: '' },
      binaryData: {},
      immutable: false,
    }),
    post('an empty map', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'e' },
      data: {},
    }),
    merge('nothing is left of an empty map', `${configMaps}/e`, { data: {} }),
    post('data that is a text', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: 'a',
    }),
    post('data that is a number', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: 5,
    }),
    post('values that are lists', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: { a: [] },
    }),
    post('values that are objects', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: { a: {} },
    }),
    post('values that are true', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: { a: true },
    }),
    post('binary values that are numbers', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      binaryData: { a: 1 },
    }),
    post('an immutability of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      immutable: 1,
    }),
    post('a name of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 5 },
    }),
    post('finalizers of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', finalizers: 'a' },
    }),
    post('a finalizer of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', finalizers: [1] },
    }),
    post('owners of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', ownerReferences: {} },
    }),
    post('an owner with a field of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', ownerReferences: [{ controller: 'yes' }] },
    }),
    post('a generation of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', generation: 'one' },
    }),
    post('books of the wrong type', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', managedFields: [{ time: 'x' }] },
    }),
    post('owners that are empty', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', ownerReferences: [{}] },
    }),
    post('two controllers', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'x',
        ownerReferences: [
          { apiVersion: 'v1', kind: 'A', name: 'a', uid: '1', controller: true },
          { apiVersion: 'v1', kind: 'A', name: 'b', uid: '2', controller: true },
        ],
      },
    }),
    post('both finalizers of the collector', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', finalizers: ['orphan', 'foregroundDeletion'] },
    }),
    post('a head in other cases', configMaps, {
      apiversion: 'v1',
      Kind: 'ConfigMap',
      metadata: { name: 'cases' },
    }),
    post('fields in other cases', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { Name: 'y' },
      Data: { a: 'b' },
    }),
    put('a map put with metadata of the system', `${configMaps}/typed`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'typed',
        creationTimestamp: null,
        generation: 5,
        selfLink: '/x',
        deletionTimestamp: null,
      },
      data: { a: 'c' },
    }),
    put('a map put with another generation', `${configMaps}/typed`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed', generation: 7, deletionGracePeriodSeconds: 5 },
      data: { a: 'c' },
    }),
    merge('a patch to a text where a map is', `${configMaps}/typed`, { data: 'x' }),
    merge('a patch to labels of the wrong type', `${configMaps}/typed`, { metadata: { labels: { a: 1 } } }),
    merge('a patch to labels that are none', `${configMaps}/typed`, {
      metadata: { labels: { 'a b': 'c d' } },
    }),
    merge('metadata that is wrong', `${configMaps}/typed`, wrong),
    post('new metadata that is wrong', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', ...wrong.metadata },
    }),
    strategic('a strategic patch to a list', `${configMaps}/typed`, { data: ['a'] }),
    strategic('a strategic patch to finalizers of the wrong type', `${configMaps}/typed`, {
      metadata: { finalizers: 'a' },
    }),
    strategic('a strategic patch to a truth of the wrong type', `${configMaps}/typed`, { immutable: 'yes' }),
    strategic('a strategic patch to a value of a fraction', `${configMaps}/typed`, { data: { a: 1.5 } }),
    strategic('a strategic patch to a value that is an object', `${configMaps}/typed`, {
      data: { a: { b: 'c' } },
    }),
    strategic('a strategic patch to labels of the wrong type', `${configMaps}/typed`, {
      metadata: { labels: 5 },
    }),
    strategic('a strategic patch of finalizers', `${configMaps}/typed`, {
      metadata: { finalizers: ['example.com/a', 'example.com/b'] },
    }),
    strategic('a strategic patch of more finalizers', `${configMaps}/typed`, {
      metadata: { finalizers: ['example.com/c'] },
    }),
    strategic('a strategic patch that deletes a finalizer', `${configMaps}/typed`, {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
    }),
    strategic('a strategic patch that orders finalizers', `${configMaps}/typed`, {
      metadata: {
        '$setElementOrder/finalizers': ['example.com/c', 'example.com/b'],
        finalizers: ['example.com/c'],
      },
    }),
    strategic('a strategic patch that keeps some keys', `${configMaps}/typed`, {
      data: { $retainKeys: ['z'], z: 'z' },
    }),
    strategic('a strategic patch that replaces the metadata', `${configMaps}/typed`, {
      metadata: { $patch: 'replace', name: 'typed' },
    }),
    json('a JSON patch that breaks the type', `${configMaps}/typed`, [
      { op: 'replace', path: '/data', value: [] },
    ]),
    json('a JSON patch of the kind', `${configMaps}/typed`, [
      { op: 'replace', path: '/kind', value: 'Secret' },
    ]),
    json('a JSON patch of the head', `${configMaps}/typed`, [{ op: 'remove', path: '/apiVersion' }]),
    json('a JSON patch of everything', `${configMaps}/typed`, [{ op: 'replace', path: '', value: {} }]),
    json('a JSON patch to unknown fields, refused', `${configMaps}/typed?fieldValidation=Strict`, [
      { op: 'add', path: '/surprise', value: 1 },
    ]),
    apply('an apply to the wrong type', `${configMaps}/typed?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed' },
      data: { a: 1 },
    }),
    apply('an apply of nulls', `${configMaps}/typed?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed' },
      data: { q: null },
    }),
    apply('an apply of what is empty', `${configMaps}/typed?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed' },
      data: {},
    }),
    apply('an apply of finalizers and owners', `${configMaps}/typed?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'typed',
        finalizers: ['example.com/d'],
        ownerReferences: [{ apiVersion: 'nothing.example.com/v1', kind: 'A', name: 'a', uid: '1' }],
      },
    }),
    apply('an apply that takes the finalizers off', `${configMaps}/typed?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed' },
      immutable: false,
    }),
    get('what is left', `${configMaps}/typed`),
  ],
}
