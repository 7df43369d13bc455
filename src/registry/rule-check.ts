import { type FieldError, invalid, notSupported, required, tooLong } from '../apimachinery/field-error.ts'
import { viewOf } from './cel/schema-values.ts'
import { compileRule } from './rule-compilation.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

const maxMessageBytes = 2048

const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate']

/**
 * The faults of the rules of a schema: those that do not compile, look at old values where none can be told, or carry
 * messages that cannot be shown. `path` is the schema's own.
 */
export function compileRules(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  checkNode(schema, path, true, undefined, errors)
  return errors
}

/** `uncorrelatable`: the path of the nearest list above whose items have no old counterpart. */
function checkNode(
  schema: StructuralSchema,
  path: string,
  isResource: boolean,
  uncorrelatable: string | undefined,
  errors: FieldError[],
): void {
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    checkRule(rule, schema, isResource, `${path}.x-kubernetes-validations[${index}]`, uncorrelatable, errors)
  }
  const below = (part: StructuralSchema, partPath: string, without: string | undefined) => {
    checkNode(part, partPath, part['x-kubernetes-embedded-resource'] === true, without, errors)
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    below(property, `${path}.properties[${name}]`, uncorrelatable)
  }
  if (typeof schema.additionalProperties === 'object') {
    below(schema.additionalProperties, `${path}.additionalProperties`, uncorrelatable)
  }
  if (schema.items) {
    const correlates = schema['x-kubernetes-list-type'] === 'map'
    below(schema.items, `${path}.items`, uncorrelatable ?? (correlates ? undefined : path))
  }
}

function checkRule(
  rule: ValidationRule,
  schema: StructuralSchema,
  isResource: boolean,
  path: string,
  uncorrelatable: string | undefined,
  errors: FieldError[],
): void {
  const { message = '', messageExpression, reason } = rule
  const text = rule.rule?.trim() ?? ''
  if (text === '') {
    errors.push(required(`${path}.rule`, 'rule is not specified'))
    return
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'))
  } else if (message.trim().includes('\n')) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  } else if (text.includes('\n') && message === '') {
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'))
  }
  if (Buffer.byteLength(message) > maxMessageBytes) errors.push(tooLong(`${path}.message`, maxMessageBytes))
  if (messageExpression !== undefined && messageExpression.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'))
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons))
  }
  checkExpressions(rule, schema, isResource, path, uncorrelatable, errors)
}

function checkExpressions(
  rule: ValidationRule,
  schema: StructuralSchema,
  isResource: boolean,
  path: string,
  uncorrelatable: string | undefined,
  errors: FieldError[],
): void {
  const view = viewOf(schema, isResource)
  if (!view) {
    errors.push(
      invalid(`${path}.rule`, rule, 'compilation failed: the schema has no type that rules can look at'),
    )
    return
  }
  const compiled = compileRule(rule, schema, view.type)
  if (compiled.fieldPathFault !== undefined) {
    errors.push(
      invalid(
        `${path}.fieldPath`,
        rule.fieldPath,
        `fieldPath must be a valid path: ${compiled.fieldPathFault}`,
      ),
    )
  }
  if (compiled.fault !== undefined) errors.push(invalid(`${path}.rule`, rule, compiled.fault))
  if (compiled.messageFault !== undefined) {
    errors.push(invalid(`${path}.messageExpression`, rule, compiled.messageFault))
  }
  if (compiled.usesOldSelf && uncorrelatable !== undefined) {
    errors.push(
      invalid(
        `${path}.rule`,
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`,
      ),
    )
  }
}
