import type { ValidationRule } from '../../registry/structural-schema.ts'

const literalTypes = "['Exact', 'PathPrefix']"
const isLiteral = "(self.type in ['Exact','PathPrefix'])"
const pathCharacters = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"

function literal(message: string, condition: string): ValidationRule {
  return { message, rule: `${isLiteral} ? ${condition} : true` }
}

function mustNotContain(text: string): ValidationRule {
  return literal(
    `must not contain '${text}' when type one of ${literalTypes}`,
    `!self.value.contains('${text}')`,
  )
}

function mustNotEndWith(text: string): ValidationRule {
  return literal(
    `must not end with '${text}' when type one of ${literalTypes}`,
    `!self.value.endsWith('${text}')`,
  )
}

/** What a path that is compared with must be: absolute, and in one spelling only. */
export const pathMatchRules: readonly ValidationRule[] = [
  literal(
    `value must be an absolute path and start with '/' when type one of ${literalTypes}`,
    "self.value.startsWith('/')",
  ),
  mustNotContain('//'),
  mustNotContain('/./'),
  mustNotContain('/../'),
  mustNotContain('%2f'),
  mustNotContain('%2F'),
  mustNotContain('#'),
  mustNotEndWith('/..'),
  mustNotEndWith('/.'),
  {
    message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
    rule: "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
  },
  literal(
    `must only contain valid characters (matching ${pathCharacters}) for types ${literalTypes}`,
    `self.value.matches(r"""${pathCharacters}""")`,
  ),
]

function pathModifierRules(type: string, field: string): ValidationRule[] {
  return [
    {
      message: `${field} must be specified when type is set to '${type}'`,
      rule: `self.type == '${type}' ? has(self.${field}) : true`,
    },
    {
      message: `type must be '${type}' when ${field} is set`,
      rule: `has(self.${field}) ? self.type == '${type}' : true`,
    },
  ]
}

/** A path modifier has the field that its type asks for, and no other. */
export const pathModifierValidations: readonly ValidationRule[] = [
  ...pathModifierRules('ReplaceFullPath', 'replaceFullPath'),
  ...pathModifierRules('ReplacePrefixMatch', 'replacePrefixMatch'),
]
