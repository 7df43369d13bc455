import protobuf from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { createKindSet } from '../../../src/registry/kind-set.ts'
import { kinds as stored } from '../../../src/schemas/index.ts'
import { openApi } from '../../../src/server/openapi/openapi.ts'

// The part of gnostic's messages that is looked at, read by another implementation than the one that wrote it.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string yaml = 2; }
  message NamedAny { string name = 1; Any value = 2; }
  message TypeItem { repeated string value = 1; }
  message ItemsItem { repeated Schema schema = 1; }
  message AdditionalPropertiesItem { Schema schema = 1; bool boolean = 2; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Properties { repeated NamedSchema entries = 1; }
  message Schema {
    string ref = 1; string format = 2; string description = 4; Any default = 5; double maximum = 7; double minimum = 9;
    int64 maxLength = 11; string pattern = 13; repeated string required = 19; repeated Any enum = 20;
    AdditionalPropertiesItem additionalProperties = 21; TypeItem type = 22; ItemsItem items = 23;
    Properties properties = 25; repeated NamedAny extensions = 31;
  }
  message BodyParameter { string name = 2; bool required = 4; Schema schema = 5; }
  message QueryParameter { string description = 3; string name = 4; string type = 6; }
  message PathParameter { bool required = 1; string name = 4; string type = 5; }
  message NonBodyParameter { QueryParameter query = 3; PathParameter path = 4; }
  message Parameter { BodyParameter body = 1; NonBodyParameter other = 2; }
  message ParametersItem { Parameter parameter = 1; }
  message SchemaItem { Schema schema = 1; }
  message Response { string description = 1; SchemaItem schema = 2; }
  message ResponseValue { Response response = 1; }
  message NamedResponseValue { string name = 1; ResponseValue value = 2; }
  message Responses { repeated NamedResponseValue entries = 1; }
  message Operation {
    repeated string tags = 1; string operationId = 5; repeated string consumes = 7;
    repeated ParametersItem parameters = 8; Responses responses = 9; repeated NamedAny extensions = 13;
  }
  message PathItem {
    Operation get = 2; Operation put = 3; Operation post = 4; Operation delete = 5; Operation patch = 8;
    repeated ParametersItem parameters = 9;
  }
  message NamedPathItem { string name = 1; PathItem value = 2; }
  message Paths { repeated NamedPathItem entries = 2; }
  message Info { string title = 1; string version = 2; }
  message Document { string swagger = 1; Info info = 2; Paths paths = 8; Properties definitions = 9; }
`)

interface Any {
  yaml: string
}
interface NamedAny {
  name: string
  value: Any
}
interface Schema {
  ref: string
  format: string
  description: string
  pattern: string
  required: string[]
  enum: Any[]
  default?: Any
  minimum: number
  additionalProperties?: { schema?: Schema; boolean?: boolean }
  type?: { value: string[] }
  items?: { schema: Schema[] }
  properties?: { entries: { name: string; value: Schema }[] }
  extensions: NamedAny[]
}
type Json = Record<string, unknown>

/** A schema as it was before it was written: JSON again, without what the part of the messages above leaves out. */
function restored(schema: Schema): Json {
  const properties = schema.properties?.entries.map(({ name, value }) => [name, restored(value)])
  const additional = schema.additionalProperties
  return {
    ...(schema.ref && { $ref: schema.ref }),
    ...(schema.format && { format: schema.format }),
    ...(schema.description && { description: schema.description }),
    ...(schema.pattern && { pattern: schema.pattern }),
    ...(schema.required.length > 0 && { required: schema.required }),
    ...(schema.enum.length > 0 && { enum: schema.enum.map(({ yaml }) => JSON.parse(yaml)) }),
    ...(schema.default && { default: JSON.parse(schema.default.yaml) }),
    ...(schema.minimum && { minimum: schema.minimum }),
    ...(additional && {
      additionalProperties: additional.schema ? restored(additional.schema) : additional.boolean,
    }),
    ...(schema.type && { type: schema.type.value[0] }),
    ...(schema.items && { items: restored(schema.items.schema[0] as Schema) }),
    ...(properties && { properties: Object.fromEntries(properties) }),
    ...Object.fromEntries(schema.extensions.map(({ name, value }) => [name, JSON.parse(value.yaml)])),
  }
}

const compared = new Set([
  '$ref',
  'format',
  'description',
  'pattern',
  'required',
  'enum',
  'default',
  'minimum',
  'type',
])

/** The same part of a schema of the JSON document. */
function part(schema: Json): Json {
  const nested: Record<string, (value: unknown) => unknown> = {
    additionalProperties: (value) => (typeof value === 'object' ? part(value as Json) : value),
    items: (value) => part(value as Json),
    properties: (value) =>
      Object.fromEntries(Object.entries(value as Json).map(([name, inner]) => [name, part(inner as Json)])),
  }
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) => {
      if (nested[name]) return [[name, nested[name](value)]]
      const zero = (name === 'minimum' && value === 0) || (Array.isArray(value) && value.length === 0)
      return (compared.has(name) && !zero) || name.startsWith('x-') ? [[name, value]] : []
    }),
  )
}

describe('the v2 document in protobuf', () => {
  const kinds = createKindSet(stored)
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
  const answer = openApi(kinds, ['openapi', 'v2'], { accept })
  const decoded = root.lookupType('Document').decode(answer?.body as Uint8Array) as unknown as {
    swagger: string
    definitions: { entries: { name: string; value: Schema }[] }
    paths: {
      entries: {
        name: string
        value: Record<string, { operationId: string; extensions: NamedAny[] } | null>
      }[]
    }
  }
  const json = JSON.parse(String(openApi(kinds, ['openapi', 'v2'])?.body)) as {
    definitions: Record<string, Json>
    paths: Record<string, Record<string, Json>>
  }

  test('is what client-go gets, by its two names, and again as 304', () => {
    expect(answer?.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    const other = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf;q=0.9,text/html'
    expect(openApi(kinds, ['openapi', 'v2'], { accept: other })?.body).toEqual(answer?.body)
    const ifNoneMatch = answer?.headers.etag
    expect(openApi(kinds, ['openapi', 'v2'], { accept, ifNoneMatch })?.status).toBe(304)
    expect(openApi(kinds, ['openapi', 'v2'], { accept: 'text/html' })).toMatchObject({
      status: 406,
      body: '',
    })
  })

  test('has every definition of the JSON document, to the last field', () => {
    const entries = decoded.definitions.entries.map(({ name, value }) => [name, restored(value)])
    expect(Object.fromEntries(entries)).toEqual(
      Object.fromEntries(Object.entries(json.definitions).map(([name, schema]) => [name, part(schema)])),
    )
  })

  test('has every operation with its kind', () => {
    const methods = ['get', 'put', 'post', 'delete', 'patch']
    const written = decoded.paths.entries.flatMap(({ name, value }) =>
      methods.flatMap((method) => {
        const operation = value[method]
        if (!operation) return []
        const extensions = operation.extensions.map((each) => [each.name, JSON.parse(each.value.yaml)])
        return [[name, method, operation.operationId, Object.fromEntries(extensions)]]
      }),
    )
    const expected = Object.entries(json.paths).flatMap(([name, item]) =>
      methods.flatMap((method) => {
        const operation = item[method]
        if (!operation) return []
        const extensions = Object.entries(operation).filter(([field]) => field.startsWith('x-'))
        return [[name, method, operation.operationId, Object.fromEntries(extensions)]]
      }),
    )
    expect(written).toEqual(expected)
  })
})
