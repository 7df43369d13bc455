import type { ValidationRule } from '../../registry/structural-schema.ts'
import { choice, int32, list, object, optional, plainText, set, text, written } from '../field.ts'
import { hostNameFormat, hostNamePattern } from './host-name.ts'
import { headerModifier, headerNameFormat } from './http-headers.ts'
import { methods } from './http-proxy-match.ts'
import { pathModifierValidations } from './http-proxy-path-rules.ts'

const groupFormat = { maxLength: 253, pattern: `^$|${hostNamePattern}` } as const
const kindFormat = { minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' } as const
const nameBounds = { minLength: 1, maxLength: 253 } as const
const portBounds = { minimum: 1, maximum: 65535 } as const

function cors() {
  return object('Answers the questions of browsers about other origins.', {
    allowOrigins: optional(
      set(
        'The origins that may ask.',
        plainText({
          minLength: 1,
          maxLength: 253,
          pattern: '^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\\?([^#]*))?(#(.*))?',
        }),
        { maxItems: 64 },
      ),
    ),
    allowCredentials: optional(
      written<true>({
        description: 'Whether credentials may be sent along. Leave it out for no.',
        type: 'boolean',
        enum: [true],
      }),
    ),
    allowMethods: optional(
      set('The methods that may be used.', choice('A method, or `*` for all.', [...methods, '*']), {
        maxItems: 9,
        'x-kubernetes-validations': [
          {
            message: "AllowMethods cannot contain '*' alongside other methods",
            rule: "!('*' in self && self.size() > 1)",
          },
        ],
      }),
    ),
    allowHeaders: optional(
      set('The headers that may be sent.', plainText(headerNameFormat), { maxItems: 64 }),
    ),
    exposeHeaders: optional(
      set('The headers of the answer that may be read.', plainText(headerNameFormat), { maxItems: 64 }),
    ),
    maxAge: optional(
      int32('How long a browser may remember the answer, in seconds.', { default: 5, minimum: 1 }),
    ),
  })
}

function mirror() {
  return object(
    'Sends a copy of requests to a second backend, whose answers are dropped.',
    {
      backendRef: object(
        'The second backend.',
        {
          group: optional(text('The API group of the backend.', { default: '', ...groupFormat })),
          kind: optional(text('The kind of the backend.', { default: 'Service', ...kindFormat })),
          name: text('The name of the backend.', nameBounds),
          namespace: optional(
            text('The namespace of the backend; left out, that of the proxy.', {
              minLength: 1,
              maxLength: 63,
              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
            }),
          ),
          port: optional(int32('The port of the backend.', portBounds)),
        },
        {
          'x-kubernetes-validations': [
            {
              message: 'Must have port for Service reference',
              rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
            },
          ],
        },
      ),
      percent: optional(
        int32('How many of a hundred requests are copied; left out, all.', { minimum: 0, maximum: 100 }),
      ),
      fraction: optional(
        object(
          'Which part of the requests is copied; left out, all.',
          {
            numerator: int32('How many are copied …', { minimum: 0 }),
            denominator: optional(int32('… of this many.', { default: 100, minimum: 1 })),
          },
          {
            'x-kubernetes-validations': [
              {
                message: 'numerator must be less than or equal to denominator',
                rule: 'self.numerator <= self.denominator',
              },
            ],
          },
        ),
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          message: 'Only one of percent or fraction may be specified in HTTPRequestMirrorFilter',
          rule: '!(has(self.percent) && has(self.fraction))',
        },
      ],
    },
  )
}

function pathModifier() {
  return object(
    'What becomes of the path.',
    {
      type: choice('Whether the whole path is replaced or the part that matched.', [
        'ReplaceFullPath',
        'ReplacePrefixMatch',
      ]),
      replaceFullPath: optional(text('The new path.', { maxLength: 1024 })),
      replacePrefixMatch: optional(text('What the part that matched becomes.', { maxLength: 1024 })),
    },
    { 'x-kubernetes-validations': pathModifierValidations },
  )
}

function redirect() {
  return object('Sends the client elsewhere.', {
    scheme: optional(choice('The new scheme; left out, the present one.', ['http', 'https'])),
    hostname: optional(text('The new host; left out, the present one.', hostNameFormat)),
    path: optional(pathModifier()),
    port: optional(int32('The new port; left out, that of the scheme.', portBounds)),
    statusCode: optional(
      written<301 | 302>({
        description: 'The status code of the answer: 301 for good, 302 for now.',
        type: 'integer',
        enum: [301, 302],
        default: 302,
      }),
    ),
  })
}

function urlRewrite() {
  return object('Changes the URL on the way to the backend.', {
    hostname: optional(text('The new host.', hostNameFormat)),
    path: optional(pathModifier()),
  })
}

/** The field that each type of filter has. */
const typeFields: readonly (readonly [string, string])[] = [
  ['RequestHeaderModifier', 'requestHeaderModifier'],
  ['ResponseHeaderModifier', 'responseHeaderModifier'],
  ['RequestMirror', 'requestMirror'],
  ['RequestRedirect', 'requestRedirect'],
  ['URLRewrite', 'urlRewrite'],
  ['ExtensionRef', 'extensionRef'],
]

const filterRules: readonly ValidationRule[] = typeFields.flatMap(([type, field]) => [
  {
    message: `filter.${field} must be nil if the filter.type is not ${type}`,
    rule: `!(has(self.${field}) && self.type != '${type}')`,
  },
  {
    message: `filter.${field} must be specified for ${type} filter.type`,
    rule: `!(!has(self.${field}) && self.type == '${type}')`,
  },
])

function filter() {
  return object(
    'One step. Set the field that goes with the type, and no other.',
    {
      type: choice(
        'What the step does.',
        typeFields.map(([type]) => type),
      ),
      requestHeaderModifier: optional(headerModifier('Changes headers on the way to the backend.')),
      responseHeaderModifier: optional(headerModifier('Changes headers on the way back.')),
      requestMirror: optional(mirror()),
      requestRedirect: optional(redirect()),
      urlRewrite: optional(urlRewrite()),
      cors: optional(cors()),
      extensionRef: optional(
        object('A step that somebody else has defined.', {
          group: text('The API group of the definition.', groupFormat),
          kind: text('The kind of the definition.', kindFormat),
          name: text('The name of the definition.', nameBounds),
        }),
      ),
    },
    { 'x-kubernetes-validations': filterRules },
  )
}

function once(type: string): ValidationRule {
  return {
    message: `${type} filter cannot be repeated`,
    rule: `self.filter(f, f.type == '${type}').size() <= 1`,
  }
}

/** What happens to requests and answers on the way. */
export function filters(description: string) {
  return list(description, filter(), {
    maxItems: 16,
    'x-kubernetes-validations': [
      {
        message: 'May specify either requestRedirect or urlRewrite, but not both',
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      },
      once('RequestHeaderModifier'),
      once('ResponseHeaderModifier'),
      once('RequestRedirect'),
      once('URLRewrite'),
    ],
  })
}
