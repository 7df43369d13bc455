import type { ValidationRule } from '../../registry/structural-schema.ts'
import { list, object, optional, text } from '../field.ts'
import { hostNameFormat } from './host-name.ts'
import { filters } from './http-proxy-filter.ts'
import { anyPath, routeMatch } from './http-proxy-match.ts'

const maxRules = 16

function backend() {
  return object('Where requests go.', {
    endpoint: text('The URL of the backend, such as `https://backend.example.com`.'),
    connector: optional(
      object('Reaches the backend through a connector, where it is in a private network.', {
        name: text('The Connector, in the namespace of the proxy.'),
      }),
    ),
    tls: optional(
      object('How the backend shows who it is.', {
        hostname: optional(
          text('The name that its certificate must carry, where it is not that of the URL.', {
            minLength: 1,
            maxLength: 253,
          }),
        ),
      }),
    ),
    filters: optional(filters('What happens to requests to this backend, and to its answers.')),
  })
}

/** A filter of a rule that replaces the prefix that matched, in CEL over `f`. */
function replacesPrefix(field: string): string {
  return (
    `has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' ` +
    `&& has(f.${field}.path.replacePrefixMatch)`
  )
}

/** There must be one prefix that can be replaced. */
const onePrefix =
  "((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true"

function prefixRule(filterName: string, field: string): ValidationRule {
  return {
    message: `When using ${filterName} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`,
    rule: `(has(self.filters) && self.filters.exists_one(f, ${replacesPrefix(field)})) ? ${onePrefix}`,
  }
}

function backendPrefixRule(message: string, field: string): ValidationRule {
  return {
    message,
    rule:
      '(has(self.backends) && self.backends.exists_one(b, (has(b.filters) && ' +
      `b.filters.exists_one(f, ${replacesPrefix(field)})) )) ? ${onePrefix}`,
  }
}

const ruleValidations: readonly ValidationRule[] = [
  {
    message: 'RequestRedirect filter must not be used together with backends',
    rule:
      '(has(self.backends) && size(self.backends) > 0) ? ' +
      '(!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true',
  },
  prefixRule('RequestRedirect', 'requestRedirect'),
  prefixRule('URLRewrite', 'urlRewrite'),
  backendPrefixRule(
    'Within backends, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    'requestRedirect',
  ),
  backendPrefixRule(
    'Within backends, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    'urlRewrite',
  ),
]

/** The sum of the matches of all rules, written out because CEL has no sum. */
function totalOfMatches(): string {
  const counts = Array.from(
    { length: maxRules },
    (_, index) => `(self.size() > ${index} ? self[${index}].matches.size() : 0)`,
  )
  return counts.join(' + ')
}

function rule() {
  return object(
    'One rule.',
    {
      name: optional(text('The name of the rule.', hostNameFormat)),
      matches: optional(
        list('Which requests it is for: those that fit one of these.', routeMatch(), {
          default: [{ path: { ...anyPath } }],
          minItems: 1,
          maxItems: 64,
        }),
      ),
      filters: optional(filters('What happens to requests and answers.')),
      backends: optional(list('Where requests go; one at most.', backend(), { minItems: 0, maxItems: 1 })),
    },
    { 'x-kubernetes-validations': ruleValidations },
  )
}

export function proxyRules() {
  return list('What becomes of requests. The most exact rule that fits a request is applied.', rule(), {
    minItems: 1,
    maxItems: maxRules,
    'x-kubernetes-validations': [
      {
        message: 'Rule name must be unique within the route',
        rule: 'self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))',
      },
      {
        message:
          'While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
        rule: `${totalOfMatches()} <= 128`,
      },
    ],
  })
}
