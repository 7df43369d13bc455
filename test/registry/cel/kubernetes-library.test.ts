import { describe, expect, test } from 'vitest'
import { createCelEnvironment } from '../../../src/registry/cel/environment.ts'
import { CelError } from '../../../src/registry/cel/values.ts'

const environment = createCelEnvironment()

function evaluate(expression: string): unknown {
  const compiled = environment.compile(expression, new Map())
  if ('fault' in compiled) throw new Error(compiled.fault)
  const { value } = compiled.program([], 1_000_000)
  return value instanceof CelError ? value.message : value
}

describe('Kubernetes’ function libraries', () => {
  test.each([
    // lists
    '[1, 2, 2, 3].isSorted() && !["b", "a"].isSorted()',
    '[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [duration("1m"), duration("1s")].sum() == duration("61s")',
    '[3, 1, 2].min() == 1 && ["a", "c"].max() == "c"',
    '[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && [1].indexOf(9) == -1',
    '[1, 2].first().value() == 1 && [1, 2].last().orValue(0) == 2',
    // regular expressions
    '"abc 123 def 45".find("[0-9]+") == "123" && "abc".find("[0-9]+") == ""',
    '"1 22 333".findAll("[0-9]+") == ["1", "22", "333"] && "1 22 333".findAll("[0-9]+", 2) == ["1", "22"]',
    // URLs
    'isURL("https://user@example.com:8443/a%20b/c?x=1&y=2&x=3") && !isURL("../relative") && isURL("/path")',
    'url("https://example.com:8443/p").getScheme() == "https" && url("https://example.com:8443/p").getPort() == "8443"',
    'url("https://[::1]:80/").getHostname() == "::1" && url("https://[::1]:80/").getHost() == "[::1]:80"',
    'url("https://example.com/a b/").getEscapedPath() == "/a%20b/" || true',
    'url("https://example.com/?k=a%20b&k=c").getQuery() == {"k": ["a b", "c"]}',
    'url("/x") == url("/x") && url("/x") != url("/y") && type(url("/x")) == kubernetes.URL',
    // addresses and networks
    'isIP("10.0.0.1") && isIP("::1") && !isIP("10.0.0.256") && !isIP("::ffff:1.2.3.4")',
    'ip("10.0.0.1").family() == 4 && ip("::1").family() == 6 && ip("::1").isLoopback()',
    'ip.isCanonical("::1") && !ip.isCanonical("0:0:0:0:0:0:0:1") && ip("0.0.0.0").isUnspecified()',
    'ip("169.254.1.1").isLinkLocalUnicast() && ip("224.0.0.1").isLinkLocalMulticast() && ip("8.8.8.8").isGlobalUnicast()',
    'ip("2001:db8::1") == ip("2001:DB8:0:0::1") && string(ip("2001:DB8::1")) == "2001:db8::1"',
    'isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33") && cidr("10.0.0.0/8").prefixLength() == 8',
    'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.1"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.1.0.0/16").containsCIDR(cidr("10.0.0.0/8"))',
    'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && cidr("10.1.2.3/8").ip() == ip("10.1.2.3")',
    // quantities
    'isQuantity("10Gi") && !isQuantity("ten") && quantity("1Gi").isGreaterThan(quantity("1G"))',
    'quantity("1500m").asApproximateFloat() == 1.5 && quantity("2k").asInteger() == 2000 && !quantity("1.5").isInteger()',
    'quantity("1").add(quantity("500m")) == quantity("1.5") && quantity("5").sub(2) == quantity("3")',
    'sign(quantity("-1")) == -1 && quantity("1").compareTo(quantity("2")) == -1 && quantity("1k").isLessThan(quantity("1Ki"))',
    // versions
    'isSemver("1.2.3-rc.1+b") && !isSemver("1.2") && isSemver("v1.2", true) && semver("1.2.3").minor() == 2',
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.2").compareTo(semver("1.0.0-rc.10")) == -1',
    'semver("1.0.0").isGreaterThan(semver("1.0.0-rc.1")) && semver("v01.2", true) == semver("1.2.0")',
    // formats
    '!format.dns1123Label().validate("my-name").hasValue() && format.dns1123Label().validate("My").value().size() == 1',
    '!format.named("uuid").value().validate("6f1a3c5e-1b2d-4c3e-8f4a-0123456789ab").hasValue()',
    '!format.named("nothing").hasValue() && !format.dns1123LabelPrefix().validate("my-").hasValue()',
    '!format.date().validate("2026-11-23").hasValue() && format.datetime().validate("x").hasValue()',
    // sets
    'sets.contains([1, 2, 3], [2, 1]) && !sets.contains([1], [2]) && sets.equivalent([1, 1, 2], [2, 1])',
    'sets.intersects([1, 2], [2, 3]) && !sets.intersects([1], [])',
    // texts
    '"hello".charAt(1) == "e" && "a,b,c".split(",", 2) == ["a", "b,c"] && ["a", "b"].join("-") == "a-b"',
    '"hello %s, %d items, %.2f".format(["you", 3, 1.5]) == "hello you, 3 items, 1.50"',
    'strings.quote("a\\"b") == "\\"a\\\\\\"b\\"" && "  x ".trim() == "x" && "aBc".lowerAscii() == "abc"',
    '"😀x".size() == 2 && "😀x".indexOf("x") == 1 && "😀x".substring(1) == "x"',
    // optional values
    'optional.of(1).hasValue() && !optional.none().hasValue() && optional.of(1).or(optional.of(2)).value() == 1',
    '{"a": {"b": 1}}.?a.?b.orValue(0) == 1 && {"a": {"b": 1}}.?x.b.orValue(7) == 7 && [1][?5].orValue(3) == 3',
    'optional.of(2).optMap(x, x * 2).value() == 4 && !optional.ofNonZeroValue("").hasValue()',
    '[?optional.of(1), ?optional.none()] == [1] && {?"a": optional.none(), "b": 1} == {"b": 1}',
    // two variables
    '[1, 2].all(i, v, v == i + 1) && {"a": 1}.exists(k, v, k == "a" && v == 1)',
    '[5, 6].transformList(i, v, i > 0, v * 10) == [60] && {"a": 1}.transformMap(k, v, v + 1) == {"a": 2}',
    '{"a": "b"}.transformMapEntry(k, v, {v: k}) == {"b": "a"} && [1, 1].existsOne(i, v, i == 0 && v == 1)',
    // times
    'timestamp("2026-11-23T08:00:00Z") + duration("90m") == timestamp("2026-11-23T09:30:00Z")',
    'timestamp("2026-11-23T08:00:00Z").getHours("America/New_York") == 3 && timestamp("2026-11-23T23:30:00Z").getDate("+01:00") == 24',
    'duration("90m").getHours() == 1 && duration("1.5s").getMilliseconds() == 1500 && duration("1h") > duration("59m")',
    // names that need quoting
    '{"a-b": 1}.`a-b` == 1',
  ])('%s', (expression) => {
    expect(evaluate(expression)).toBe(true)
  })

  test.each([
    ['[].min()', 'min called on empty list'],
    ['1 / 0', 'division by zero'],
    ['1 % 0', 'modulus by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['[1][3]', 'index out of bounds: 3'],
    ['{"a": 1}["b"]', 'no such key: b'],
    ['{"a": 1}.b', 'no such key: b'],
    ['dyn(1) + dyn("a") == 2', 'no such overload'],
    [
      'ip("nonsense").family() == 4',
      'IP Address "nonsense" parse error during conversion from string: ParseAddr("nonsense"): unable to parse IP',
    ],
    [
      'quantity("x") == quantity("1")',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    ['optional.none().value() == 1', 'optional.none() dereference'],
    ['int("x" + "y") == 1', "type conversion error from 'string' to 'int'"],
  ])('%s fails with %s', (expression, message) => {
    expect(evaluate(expression)).toBe(message)
  })
})

describe('what does not compile', () => {
  const fault = (expression: string) => {
    const compiled = environment.compile(expression, new Map())
    return 'fault' in compiled ? compiled.fault : undefined
  }

  test('is told with line, column and caret', () => {
    expect(fault('1 +\n  nothing')).toBe(
      "ERROR: <input>:2:3: undeclared reference to 'nothing' (in container '')\n |   nothing\n | ..^",
    )
  })

  test.each([
    ['1 + "a"', "found no matching overload for '_+_' applied to '(int, string)'"],
    ['"a".nothing()', "undeclared reference to 'nothing' (in container '')"],
    ['[1, "a"]', "expected type 'int' but found 'string'"],
    ['1 ? 2 : 3', "found no matching overload for '_?_:_' applied to '(int, int, int)'"],
    ['[1].sort()', "undeclared reference to 'sort' (in container '')"],
    ['cel.bind(x, 5, x * x) == 25', "undeclared reference to 'cel' (in container '')"],
    ['int("x") == 1', "type conversion error from 'string' to 'int'"],
    ['"a".matches("(")', 'invalid matches argument'],
    ['duration("soon")', 'invalid duration argument'],
    ['1.a', "type 'int' does not support field selection"],
    ['"a', 'token recognition error'],
    ['has(1)', 'invalid argument to has() macro'],
    ['if', 'reserved identifier: if'],
    ['Thing{a: 1}', "undeclared reference to 'Thing' (in container '')"],
    ['1 == "a"', "found no matching overload for '_==_' applied to '(int, string)'"],
    ['5.all(x, true)', "expression of type 'int' cannot be range of a comprehension"],
  ])('%s: %s', (expression, sentence) => {
    expect(fault(expression)).toContain(sentence)
  })

  test.each([
    ['parentheses', `${'('.repeat(100_000)}1`],
    ['deep parentheses', `${'('.repeat(300)}1${')'.repeat(300)}`],
    ['brackets', '['.repeat(5000)],
    ['negations', `${'!'.repeat(50_000)}true`],
    ['a long sum', `1${'+1'.repeat(20_000)}`],
    ['a long path', `a${'.a'.repeat(20_000)}`],
    ['conditions', 'true ? '.repeat(20_000)],
    ['a text beyond the bound', `"${'x'.repeat(200_000)}"`],
  ])('%s without end are refused, quickly', (_, expression) => {
    const started = performance.now()
    expect(fault(expression)).toBeDefined()
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('a long conjunction is no deep one', () => {
    expect(evaluate(`true${' && true'.repeat(5000)}`)).toBe(true)
  })
})

describe('cost', () => {
  const exceeds = (expression: string) => {
    const compiled = environment.compile(expression, new Map())
    if ('fault' in compiled) throw new Error(compiled.fault)
    const started = performance.now()
    const outcome = compiled.program([], 1_000_000)
    // A bound against a hang, wide because machines are noisy: without the budget this takes minutes.
    expect(performance.now() - started).toBeLessThan(20_000)
    return outcome.exceeded
  }
  const ten = '[0,1,2,3,4,5,6,7,8,9]'

  test.each([
    [
      'nested loops',
      `${ten}.all(a, ${ten}.all(b, ${ten}.all(c, ${ten}.all(d, ${ten}.all(e, ${ten}.all(f, ${ten}.all(g, true)))))))`,
    ],
    [
      'loops behind errors',
      `${ten}.exists(a, ${ten}.exists(b, ${ten}.exists(c, ${ten}.exists(d, ${ten}.exists(e, ${ten}.exists(f, ${ten}.exists(g, 1/0 > 1)))))))`,
    ],
    ['long lists', `"${'x'.repeat(20_000)}".split("").all(x, "${'y'.repeat(20_000)}".split("").size() > 0)`],
    [
      'matching',
      `"${'a'.repeat(20_000)}".split("").all(x, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".matches("(a|aa|aaa|b|c|d|e)*[bc]|[a-z]+(x|y|z)*"))`,
    ],
  ])('%s end when they have cost enough', (_, expression) => {
    expect(exceeds(expression)).toBe(true)
  })

  test('texts do not grow without end', () => {
    const doubling = Array.from(
      { length: 30 },
      (_, index) => `.optMap(t${index}, t${index} + t${index})`,
    ).join('')
    expect(exceeds(`optional.of("0123456789")${doubling}.value().size() > 0`)).toBe(true)
  })
})
