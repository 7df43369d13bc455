import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import {
  boolean,
  bytes,
  type Fields,
  integer,
  json,
  kept,
  list,
  map,
  message,
  readMessage,
  text,
  time,
  type ValueType,
} from './message.ts'
import { objectMeta } from './meta.ts'

// k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1; field numbers as of Kubernetes 1.34.

/** A message that stands for one of several JSON values. */
function alternatives(fields: () => Fields, choose: (read: JsonObject) => JsonValue): ValueType {
  return {
    wire: 2,
    read: (reader, depth, name) => choose(readMessage(reader.message(), fields(), name, depth)),
  }
}

const schema: ValueType = message(() => schemaFields)

const schemaOrBoolean = alternatives(
  () => ({ 1: ['allows', kept.boolean], 2: ['schema', schema] }),
  ({ allows, schema }) => schema ?? allows ?? false,
)

const schemaOrList = alternatives(
  () => ({ 1: ['schema', schema], 2: ['list', list(schema)] }),
  ({ schema, list }) => list ?? schema ?? null,
)

const schemaOrNames = alternatives(
  () => ({ 1: ['schema', schema], 2: ['names', list(kept.text)] }),
  ({ schema, names }) => names ?? schema ?? null,
)

const validationRule = message({
  1: ['rule', kept.text],
  2: ['message', text],
  3: ['messageExpression', text],
  4: ['reason', kept.text],
  5: ['fieldPath', text],
  6: ['optionalOldSelf', kept.boolean],
})

const schemaFields: Fields = {
  1: ['id', text],
  2: ['$schema', text],
  3: ['$ref', kept.text],
  4: ['description', text],
  5: ['type', text],
  6: ['format', text],
  7: ['title', text],
  8: ['default', json],
  9: ['maximum', kept.double],
  10: ['exclusiveMaximum', boolean],
  11: ['minimum', kept.double],
  12: ['exclusiveMinimum', boolean],
  13: ['maxLength', kept.integer],
  14: ['minLength', kept.integer],
  15: ['pattern', text],
  16: ['maxItems', kept.integer],
  17: ['minItems', kept.integer],
  18: ['uniqueItems', boolean],
  19: ['multipleOf', kept.double],
  20: ['enum', list(json)],
  21: ['maxProperties', kept.integer],
  22: ['minProperties', kept.integer],
  23: ['required', list(kept.text)],
  24: ['items', schemaOrList],
  25: ['allOf', list(schema)],
  26: ['oneOf', list(schema)],
  27: ['anyOf', list(schema)],
  28: ['not', schema],
  29: ['properties', map(schema)],
  30: ['additionalProperties', schemaOrBoolean],
  31: ['patternProperties', map(schema)],
  32: ['dependencies', map(schemaOrNames)],
  33: ['additionalItems', schemaOrBoolean],
  34: ['definitions', map(schema)],
  35: ['externalDocs', message({ 1: ['description', text], 2: ['url', text] })],
  36: ['example', json],
  37: ['nullable', boolean],
  38: ['x-kubernetes-preserve-unknown-fields', kept.boolean],
  39: ['x-kubernetes-embedded-resource', boolean],
  40: ['x-kubernetes-int-or-string', boolean],
  41: ['x-kubernetes-list-map-keys', list(kept.text)],
  42: ['x-kubernetes-list-type', kept.text],
  43: ['x-kubernetes-map-type', kept.text],
  44: ['x-kubernetes-validations', list(validationRule)],
}

const names = message({
  1: ['plural', kept.text],
  2: ['singular', text],
  3: ['shortNames', list(kept.text)],
  4: ['kind', kept.text],
  5: ['listKind', text],
  6: ['categories', list(kept.text)],
})

const column = message({
  1: ['name', kept.text],
  2: ['type', kept.text],
  3: ['format', text],
  4: ['description', text],
  5: ['priority', integer],
  6: ['jsonPath', kept.text],
})

const scale = message({
  1: ['specReplicasPath', kept.text],
  2: ['statusReplicasPath', kept.text],
  3: ['labelSelectorPath', kept.text],
})

const version = message({
  1: ['name', kept.text],
  2: ['served', kept.boolean],
  3: ['storage', kept.boolean],
  4: ['schema', message({ 1: ['openAPIV3Schema', schema] })],
  5: ['subresources', message({ 1: ['status', message({})], 2: ['scale', scale] })],
  6: ['additionalPrinterColumns', list(column)],
  7: ['deprecated', boolean],
  8: ['deprecationWarning', kept.text],
  9: ['selectableFields', list(message({ 1: ['jsonPath', kept.text] }))],
})

const serviceReference = message({
  1: ['namespace', kept.text],
  2: ['name', kept.text],
  3: ['path', kept.text],
  4: ['port', kept.integer],
})

const clientConfig = message({
  1: ['service', serviceReference],
  2: ['caBundle', bytes],
  3: ['url', kept.text],
})

const conversion = message({
  1: ['strategy', kept.text],
  2: [
    'webhook',
    message({ 2: ['clientConfig', clientConfig], 3: ['conversionReviewVersions', list(kept.text)] }),
  ],
})

const condition = message({
  1: ['type', kept.text],
  2: ['status', kept.text],
  3: ['lastTransitionTime', time],
  4: ['reason', text],
  5: ['message', text],
})

export const customResourceDefinition: Fields = {
  1: ['metadata', objectMeta],
  2: [
    'spec',
    message({
      1: ['group', kept.text],
      3: ['names', names],
      4: ['scope', kept.text],
      7: ['versions', list(version)],
      9: ['conversion', conversion],
      10: ['preserveUnknownFields', boolean],
    }),
  ],
  3: [
    'status',
    message({
      1: ['conditions', list(condition)],
      2: ['acceptedNames', names],
      3: ['storedVersions', list(kept.text)],
    }),
  ],
}
