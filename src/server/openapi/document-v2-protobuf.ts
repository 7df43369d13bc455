import type { JsonValue } from '../../apimachinery/object.ts'
import type { DocumentV2 } from './document-v2.ts'
import {
  any,
  boolean,
  double,
  encode,
  integer,
  map,
  message,
  text,
  type Writer,
  wrapped,
} from './protobuf-writer.ts'

/**
 * The document as `openapi.v2.Document` of github.com/google/gnostic-models, the only form of version 2 in which
 * kubectl and client-go read it. Field numbers are those of that message; what our documents never hold is left out.
 */
export function documentV2Protobuf(value: DocumentV2): Buffer {
  return encode(document, value as unknown as JsonValue)
}

const document = message(() => ({
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }))],
  paths: [8, map(2, () => pathItem)],
  definitions: [9, map(1, () => schema)],
  security: [12, map(1, () => wrapped(1, () => text, 'each')), 'each'],
  securityDefinitions: [13, map(1, () => wrapped(2, () => apiKeySecurity))],
}))

const pathItem = message(() => ({
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  patch: [8, operation],
  parameters: [9, parameter, 'each'],
}))

const operation = message(
  () => ({
    tags: [1, text, 'each'],
    description: [3, text],
    operationId: [5, text],
    produces: [6, text, 'each'],
    consumes: [7, text, 'each'],
    parameters: [8, parameter, 'each'],
    responses: [9, map(1, () => wrapped(1, () => response))],
    schemes: [10, text, 'each'],
  }),
  13,
)

const response = message(() => ({
  description: [1, text],
  schema: [2, wrapped(1, () => schema)],
}))

const bodyParameter = message(() => ({
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, boolean],
  schema: [5, schema],
}))

const queryParameter = message(() => ({
  required: [1, boolean],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  uniqueItems: [20, boolean],
}))

const pathParameter = message(() => ({
  required: [1, boolean],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  uniqueItems: [19, boolean],
}))

/** A parameter lies in a message for its place, and that in others for the alternatives. */
const parameters = {
  body: wrapped(1, () => wrapped(1, () => bodyParameter)),
  query: wrapped(1, () => wrapped(2, () => wrapped(3, () => queryParameter))),
  path: wrapped(1, () => wrapped(2, () => wrapped(4, () => pathParameter))),
}

const parameter: Writer = {
  wire: 2,
  write: (target, value) => parameters[(value as { in: keyof typeof parameters }).in].write(target, value),
}

const apiKeySecurity = message(() => ({
  type: [1, text],
  name: [2, text],
  in: [3, text],
  description: [4, text],
}))

const schema: Writer = message(
  () => ({
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, boolean],
    minimum: [9, double],
    exclusiveMinimum: [10, boolean],
    maxLength: [11, integer],
    minLength: [12, integer],
    pattern: [13, text],
    maxItems: [14, integer],
    minItems: [15, integer],
    uniqueItems: [16, boolean],
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, text, 'each'],
    enum: [20, any, 'each'],
    additionalProperties: [21, schemaOrBoolean],
    type: [22, typeItem],
    items: [23, wrapped(1, () => schema)],
    properties: [25, map(1, () => schema)],
    example: [30, any],
  }),
  31,
)

const typeItem = wrapped(1, () => text)

const schemaOrBoolean: Writer = {
  wire: 2,
  write: (target, value) => (typeof value === 'boolean' ? eitherBoolean : eitherSchema).write(target, value),
}
const eitherSchema = wrapped(1, () => schema)
const eitherBoolean = wrapped(2, () => boolean)
