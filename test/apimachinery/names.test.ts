import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkAnnotationKey,
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelKey,
  isLabelValue,
} from '../../src/apimachinery/names.ts'

describe('names', () => {
  test('a label is refused in the words of a real server', () => {
    expect(checkDns1123Label('My_Name')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ])
  })

  test('a subdomain is refused in the words of a real server', () => {
    expect(checkDns1123Subdomain('a..b')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ])
  })

  test('lengths are limits: 63 for labels, 253 for subdomains', () => {
    expect(checkDns1123Label('a'.repeat(63))).toEqual([])
    expect(checkDns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 characters'])
    expect(checkDns1123Subdomain('a'.repeat(253))).toEqual([])
    expect(checkDns1123Subdomain('a'.repeat(254))).toEqual(['must be no more than 253 characters'])
  })

  test('a DNS-1035 label begins with a letter', () => {
    expect(checkDns1035Label('v1')).toEqual([])
    expect(checkDns1035Label('1v')).toEqual([
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ])
  })

  test.each([
    ['a/b/c', 'a qualified name must consist of'],
    ['/name', 'prefix part must be non-empty'],
    ['example.com/', 'name part must be non-empty'],
    ['Example.com/name', 'prefix part a lowercase RFC 1123 subdomain'],
    ['-name', 'name part must consist of'],
    [`${'n'.repeat(64)}`, 'name part must be no more than 63 characters'],
  ])('the key %s is refused', (key, sentence) => {
    expect(checkQualifiedName(key)[0]).toContain(sentence)
    expect(isLabelKey(key)).toBe(false)
  })

  test('annotation keys may have upper case in their prefix', () => {
    expect(checkAnnotationKey('Example.COM/name')).toEqual([])
  })

  test('a label value may be empty, and its dots and dashes are inside', () => {
    expect(checkLabelValue('')).toEqual([])
    expect(checkLabelValue('a.b-c_D')).toEqual([])
    expect(checkLabelValue('-a')[0]).toContain('a valid label must be an empty string or consist of')
  })

  test('the short answers and the sentences agree', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 70 }),
      fc.stringMatching(/^[a-z0-9A-Z.\-_/]{0,70}$/),
      fc.stringMatching(/^[a-z0-9.-]{0,260}$/),
    )
    fc.assert(
      fc.property(text, (value) => {
        expect(isDns1123Label(value)).toBe(checkDns1123Label(value).length === 0)
        expect(isDns1123Subdomain(value)).toBe(checkDns1123Subdomain(value).length === 0)
        expect(isLabelValue(value)).toBe(checkLabelValue(value).length === 0)
      }),
    )
  })

  test('long hostile names are judged at once', () => {
    const started = performance.now()
    checkDns1123Subdomain(`${'a-'.repeat(200_000)}!`)
    checkQualifiedName(`${'a.'.repeat(200_000)}!`)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
