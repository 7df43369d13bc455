import type { KubernetesObject, ObjectMeta } from '../../../apimachinery/object.ts'
import type { AnswerRequest, Kind } from '../../../registry/kind.ts'
import type { StructuralSchema } from '../../../registry/structural-schema.ts'

/** What one kind of review has of its own. */
export interface ReviewDefinition {
  readonly group: 'authentication.k8s.io' | 'authorization.k8s.io'
  readonly kind: string
  readonly scope: Kind['scope']
  readonly schema: () => StructuralSchema
  /** What there is where nothing was said. Default: an empty question and an empty answer. */
  readonly zeroValue?: Record<string, object>
  /** `review` has the shape of the schema. */
  answer(review: KubernetesObject, request: AnswerRequest): Promise<KubernetesObject>
}

/** The same in every review that has them. */
const typeNames = {
  'spec.resourceAttributes.fieldSelector': 'FieldSelectorAttributes',
  'spec.resourceAttributes.fieldSelector.requirements': 'FieldSelectorRequirement',
  'spec.resourceAttributes.labelSelector': 'LabelSelectorAttributes',
  'spec.resourceAttributes.labelSelector.requirements': 'LabelSelectorRequirement',
  'status.user': 'UserInfo',
  'status.userInfo': 'UserInfo',
}

/** A question to the server: created, answered in its status, and never stored. */
export function reviewKind(definition: ReviewDefinition): Kind {
  const { group, kind, scope, schema, answer, zeroValue = { spec: {}, status: {} } } = definition
  const singular = kind.toLowerCase()
  return {
    group,
    names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
    scope,
    planes: ['root', 'project'],
    origin: 'core',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema,
        columns: [],
        typeNames,
        zeroValue: { metadata: { name: '' }, ...zeroValue },
      },
    ],
    answer,
  }
}

/** The metadata of an answer that takes nothing over from the question: a review has no identity. */
export const noMetadata = {} as ObjectMeta
