import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { conditions } from '../conditions.ts'
import { integer, keyedList, list, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { forOwnShape } from '../own-shape.ts'
import { exportPolicyAdmission } from './export-policy-admission.ts'

/** The API group in which export policies are stored: the spelling of the public document. */
const telemetryGroup = 'telemetry.datumapis.com'

const nameFormat = { minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }

function source() {
  return object('Telemetry that is taken from the platform.', {
    name: text('The name by which sinks refer to the source.', nameFormat),
    metrics: optional(
      object('Metrics.', {
        metricsql: optional(
          text('Which metrics, as a MetricsQL selector such as `{service_name="telemetry.datumapis.com"}`.'),
        ),
      }),
    ),
  })
}

function prometheusRemoteWrite() {
  return object('Sends metrics to a server that understands Prometheus remote write.', {
    endpoint: text('The URL that is written to.'),
    authentication: optional(
      object('How we show the server who we are.', {
        basicAuth: optional(
          object('With a user name and a password.', {
            secretRef: object('Where they are kept.', {
              name: text('A Secret of type `kubernetes.io/basic-auth` in the namespace of the policy.'),
            }),
          }),
        ),
      }),
    ),
    batch: object(
      'How much is sent at once.',
      {
        timeout: text('The longest wait before what there is is sent, such as `5s`.'),
        maxSize: integer('The number of entries after which a batch is sent.', { minimum: 1, maximum: 5000 }),
      },
      { default: { timeout: '5s', maxSize: 500 } },
    ),
    retry: object(
      'What happens when sending fails.',
      {
        maxAttempts: integer('How often it is tried.', { minimum: 1, maximum: 10 }),
        backoffDuration: text('How long to wait before trying again, such as `5s`.'),
      },
      { default: { maxAttempts: 3, backoffDuration: '5s' } },
    ),
  })
}

function sink() {
  return object('Where telemetry is sent.', {
    name: text('The name of the sink.', nameFormat),
    sources: list('The names of the sources that are sent there.', plainText(), {
      minItems: 1,
      maxItems: 20,
    }),
    target: object('The server that receives it. Set exactly one.', {
      prometheusRemoteWrite: optional(prometheusRemoteWrite()),
    }),
  })
}

function spec() {
  return object('Which telemetry is sent where.', {
    sources: keyedList('What is sent.', ['name'], source(), { minItems: 1, maxItems: 20 }),
    sinks: keyedList('Where it is sent.', ['name'], sink(), { minItems: 1, maxItems: 20 }),
  })
}

function status() {
  return object('What was observed of the policy.', {
    conditions: optional(conditions('Whether all sinks are accepted (`Ready`).')),
    sinks: optional(
      list(
        'How each sink is doing.',
        object('How one sink is doing.', {
          name: text('The name of the sink.'),
          conditions: optional(conditions('Whether the sink is accepted (`Accepted`), and why not.')),
        }),
      ),
    ),
  })
}

export type ExportPolicySpec = Static<ReturnType<typeof spec>>
type ExportPolicyStatus = Static<ReturnType<typeof status>>

export interface ExportPolicyObject extends KubernetesObject {
  spec: ExportPolicySpec
  status?: ExportPolicyStatus
}

const schema = onFirstUse(() =>
  objectSchema('Sends telemetry of the platform to servers of your own.', {
    spec: spec(),
    status: optional(status()),
  }),
)

export const ExportPolicy: Kind<ExportPolicyObject> = {
  group: telemetryGroup,
  names: {
    kind: 'ExportPolicy',
    listKind: 'ExportPolicyList',
    plural: 'exportpolicies',
    singular: 'exportpolicy',
  },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  admission: forOwnShape(schema, exportPolicyAdmission),
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema,
      columns: [],
      subresources: { status: true },
    },
  ],
  aliases: [{ group: 'telemetry.miloapis.com', version: 'v1alpha1', of: 'v1alpha1' }],
}
