import { describe, expect, test } from 'vitest'
import { regularExpression, regularExpressionFault } from '../../src/apimachinery/regular-expression.ts'

describe('regular expressions', () => {
  test('match anywhere, in the syntax of RE2', () => {
    expect(regularExpression('b+')?.test('abba')).toBe(true)
    expect(regularExpression('(?i)^ABBA$')?.test('abba')).toBe(true)
    expect(regularExpression('^\\pL+$')?.test('straße')).toBe(true)
  })

  test('a bad one is reported in the words of Go and never thrown', () => {
    expect(regularExpression('(a')).toBeUndefined()
    expect(regularExpressionFault('(a')).toBe('error parsing regexp: missing closing ): `(a`')
    expect(regularExpressionFault('(?=a)')).toBe(
      'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    )
    expect(regularExpressionFault('a')).toBeUndefined()
  })

  test('all matches are found from the left, up to a limit', () => {
    expect(regularExpression('[0-9]+')?.findAll('a1b22c333', -1)).toEqual(['1', '22', '333'])
    expect(regularExpression('[0-9]+')?.findAll('a1b22c333', 2)).toEqual(['1', '22'])
    expect(regularExpression('[0-9]+')?.find('a1b22')).toBe('1')
    expect(regularExpression('z')?.find('a')).toBeUndefined()
  })

  test('what blows up elsewhere is linear here', () => {
    const started = performance.now()
    expect(regularExpression('^(a+)+$')?.test(`${'a'.repeat(40)}!`)).toBe(false)
    expect(
      regularExpression('^(\\*|https?:\\/\\/(\\*|(\\*\\.)?(([\\w-]+\\.?)+)?[\\w-]+)(:\\d{1,5})?)$')?.test(
        `http://${'a'.repeat(60)}!`,
      ),
    ).toBe(false)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('more expressions than are kept do no harm', () => {
    for (let index = 0; index < 1500; index++)
      expect(regularExpression(`^n${index}$`)?.test(`n${index}`)).toBe(true)
    expect(regularExpression('^n0$')?.test('n0')).toBe(true)
  })
})
