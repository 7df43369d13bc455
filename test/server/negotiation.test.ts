import { describe, expect, test } from 'vitest'
import { createNegotiator, wantsPretty } from '../../src/server/negotiation.ts'
import { parseQuery } from '../../src/server/query.ts'

const negotiate = createNegotiator()
const kubectlGet =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'

describe('the form of an answer', () => {
  test.each([
    [undefined, 'json object v1'],
    ['*/*', 'json object v1'],
    ['application/json, */*;q=0.8', 'json object v1'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json object v1'],
    ['application/yaml', 'yaml object v1'],
    ['application/json;q=0.5,application/yaml', 'yaml object v1'],
    [kubectlGet, 'json Table v1'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'json Table v1beta1'],
    ['application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json', 'json object v1'],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'json PartialObjectMetadataList v1',
    ],
  ])('for %s is %s', (accept, expected) => {
    const { encoding, shape, version } = negotiate(accept)
    expect(`${encoding} ${shape} ${version}`).toBe(expected)
  })

  test.each([
    'application/vnd.kubernetes.protobuf',
    'text/html',
    'application/json;as=Table;v=v2;g=meta.k8s.io',
    'application/json;as=__proto__;v=v1;g=meta.k8s.io',
  ])('is none for %s', (accept) => {
    expect(() => negotiate(accept)).toThrow(
      'only the following media types are accepted: application/json, application/yaml',
    )
  })

  test('is indented for people', () => {
    expect(wantsPretty(parseQuery(''), 'curl/8.5.0')).toBe(true)
    expect(wantsPretty(parseQuery('pretty=0'), 'curl/8.5.0')).toBe(false)
    expect(wantsPretty(parseQuery('pretty=true'), 'kubectl/v1.33')).toBe(true)
    expect(wantsPretty(parseQuery(''), 'kubectl/v1.33')).toBe(false)
  })
})
