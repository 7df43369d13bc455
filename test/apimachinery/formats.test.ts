import { describe, expect, test } from 'vitest'
import { formatCheck } from '../../src/apimachinery/formats.ts'

const accepted: Record<string, string[]> = {
  'date-time': ['2026-11-23T08:00:00Z', '2026-11-23T08:00:00.123456789+01:00', '2024-02-29T00:00:00Z'],
  date: ['2026-11-23'],
  duration: ['1h30m', '1.5s', '300ms', '2 days', '0'],
  uri: ['https://example.com/a?b=c', '/path', 'mailto:a@example.com', 'http://[::1]:80/'],
  email: ['a@example.com', 'A B <a@example.com>'],
  hostname: ['example.com', 'localhost'],
  ipv4: ['10.0.0.1'],
  ipv6: ['::1', '2001:db8::1', '::ffff:10.0.0.1'],
  cidr: ['10.0.0.0/8', 'fd20::/20'],
  mac: ['01:02:03:04:05:06', '0102.0304.0506', '01-02-03-04-05-06'],
  uuid: ['6f1a3c5e-1b2d-4c3e-8f4a-0123456789ab', '6F1A3C5E1B2D4C3E8F4A0123456789AB'],
  uuid4: ['6f1a3c5e-1b2d-4c3e-8f4a-0123456789ab'],
  byte: ['aGVsbG8=', ''],
  hexcolor: ['#fff', '00ff00'],
  rgbcolor: ['rgb(1,2,3)'],
  isbn: ['0321751043', '978-0321751041'],
  creditcard: ['4012888888881881'],
  ssn: ['111-11-1111'],
  bsonobjectid: ['507f1f77bcf86cd799439011'],
  password: ['anything at all'],
}

const refused: Record<string, string[]> = {
  'date-time': [
    'yesterday',
    '2026-11-23',
    '2026-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '',
  ],
  date: ['2026-02-30', '23-11-2026'],
  duration: ['soon', '1', '1h1', 'h'],
  uri: ['', 'not a uri', 'a b', 'example.com', 'http://a b/', 'http://exa<mple/'],
  email: ['a', '@', 'a@', 'a b@example.com'],
  hostname: ['-a', 'a..b', ''],
  ipv4: ['256.0.0.1', '10.0.0', '010.0.0.1', '::1'],
  ipv6: ['10.0.0.1', ':::', '1:2:3', '12345::'],
  cidr: ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08'],
  mac: ['01:02:03', 'x'],
  uuid: ['6f1a3c5e'],
  uuid4: ['6f1a3c5e-1b2d-1c3e-8f4a-0123456789ab'],
  byte: ['a', '****'],
  hexcolor: ['#ff', 'green'],
  rgbcolor: ['rgb(1,2,256)'],
  isbn: ['0321751044'],
  creditcard: ['4012888888881882'],
  ssn: ['1'],
  bsonobjectid: ['507f'],
}

describe('formats', () => {
  for (const [format, texts] of Object.entries(accepted)) {
    test.each(texts)(`${format} takes %j`, (text) => {
      expect(formatCheck(format)?.(text)).toBe(true)
    })
  }

  for (const [format, texts] of Object.entries(refused)) {
    test.each(texts)(`${format} refuses %j`, (text) => {
      expect(formatCheck(format)?.(text)).toBe(false)
    })
  }

  test('formats that a real server does not know are ignored', () => {
    for (const format of ['int32', 'phone-number', '', 'constructor', '__proto__']) {
      expect(formatCheck(format)).toBeUndefined()
    }
  })

  test('no text takes long to judge', () => {
    const hostile = [
      'a'.repeat(200_000),
      '1'.repeat(200_000),
      `${'a.'.repeat(100_000)}!`,
      `${'1h'.repeat(100_000)}x`,
      ' '.repeat(200_000),
    ]
    const started = performance.now()
    for (const format of Object.keys(accepted)) for (const text of hostile) formatCheck(format)?.(text)
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})
