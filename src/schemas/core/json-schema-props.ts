import type { TProperties } from 'typebox'
import {
  anyObject,
  anyValue,
  atomicList,
  boolean,
  int64,
  keyedList,
  map,
  object,
  optional,
  plainText,
  text,
  written,
} from '../field.ts'

function validationRule() {
  return object('One rule.', {
    rule: text('An expression in CEL over `self`, and `oldSelf` on updates, that must be true.'),
    message: optional(text('What is said when it is not.')),
    messageExpression: optional(text('An expression in CEL that makes what is said.')),
    reason: optional(
      text('`FieldValueInvalid`, `FieldValueForbidden`, `FieldValueRequired` or `FieldValueDuplicate`.'),
    ),
    fieldPath: optional(text('The field that is blamed, such as `.spec.name`.')),
    optionalOldSelf: optional(
      boolean('Whether the rule also runs where there is no old value; `oldSelf` is then an optional.'),
    ),
  })
}

function number(description: string) {
  return written<number>({ type: 'number', description })
}

/** A schema below another: the same again, without an end. */
function nested(description: string) {
  return anyObject(description)
}

/** Schemas nest without end, which a schema cannot say: from the second level on everything is kept as it is sent. */
function fields(): TProperties {
  return {
    $ref: optional(text('Not supported.')),
    $schema: optional(text('Not supported.')),
    id: optional(text('Not supported.')),
    description: optional(text('What the value means.')),
    title: optional(text('A short name for the value.')),
    type: optional(text('`object`, `array`, `string`, `integer`, `number` or `boolean`.')),
    format: optional(text('How the text or number is to be read, such as `date-time` or `int32`.')),
    nullable: optional(boolean('Whether `null` is a value.')),
    default: optional(anyValue('What the value is where it is left out.')),
    example: optional(anyValue('An example of the value.')),
    enum: optional(atomicList('The only values that are allowed.', anyValue('One value.'))),
    minimum: optional(number('The least number.')),
    exclusiveMinimum: optional(boolean('Whether `minimum` itself is not allowed.')),
    maximum: optional(number('The greatest number.')),
    exclusiveMaximum: optional(boolean('Whether `maximum` itself is not allowed.')),
    multipleOf: optional(number('The number must be a multiple of this.')),
    minLength: optional(int64('The least number of characters.')),
    maxLength: optional(int64('The greatest number of characters.')),
    pattern: optional(text('A regular expression that the text must match.')),
    items: optional(nested('The schema of each item of the list.')),
    additionalItems: optional(anyValue('Not supported.')),
    minItems: optional(int64('The least number of items.')),
    maxItems: optional(int64('The greatest number of items.')),
    uniqueItems: optional(boolean('Not supported where true.')),
    properties: optional(map('The schema of each field.', nested('The schema of the field.'))),
    required: optional(atomicList('The fields that must be there.', plainText())),
    additionalProperties: optional(
      anyValue('The schema of the values of a map; `true` for any value. Not beside `properties`.'),
    ),
    patternProperties: optional(map('Not supported.', nested('Not supported.'))),
    minProperties: optional(int64('The least number of entries.')),
    maxProperties: optional(int64('The greatest number of entries.')),
    definitions: optional(map('Not supported.', nested('Not supported.'))),
    dependencies: optional(map('Not supported.', anyValue('Not supported.'))),
    externalDocs: optional(
      object('Where more is written about it.', {
        description: optional(text('What is written there.')),
        url: optional(text('Where it is.')),
      }),
    ),
    allOf: optional(atomicList('Schemas that must all hold.', nested('One schema.'))),
    anyOf: optional(atomicList('Schemas of which one at least must hold.', nested('One schema.'))),
    oneOf: optional(atomicList('Schemas of which exactly one must hold.', nested('One schema.'))),
    not: optional(nested('A schema that must not hold.')),
    'x-kubernetes-preserve-unknown-fields': optional(boolean('Keeps fields that the schema does not name.')),
    'x-kubernetes-embedded-resource': optional(
      boolean('The value is a whole object, with `apiVersion`, `kind` and `metadata`.'),
    ),
    'x-kubernetes-int-or-string': optional(boolean('The value is an integer or text.')),
    'x-kubernetes-list-type': optional(
      text('`atomic`, `set` or `map`: how several appliers share the list.'),
    ),
    'x-kubernetes-list-map-keys': optional(
      atomicList('The fields that tell items apart, where the list type is `map`.', plainText()),
    ),
    'x-kubernetes-map-type': optional(
      text('`granular` or `atomic`: whether several appliers can each own some of the fields.'),
    ),
    'x-kubernetes-validations': optional(
      keyedList('Rules that are checked after everything else.', ['rule'], validationRule(), {
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'rule',
      }),
    ),
  }
}

/** The schema of `openAPIV3Schema` in a CustomResourceDefinition. */
export function jsonSchemaProps(description: string) {
  return object(description, fields())
}
