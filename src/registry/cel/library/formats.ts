import { formatCheck } from '../../../apimachinery/formats.ts'
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../../apimachinery/names.ts'
import { type CelFunction, define, traversal } from '../function.ts'
import { CelError, CelFormat, CelList, CelOptional, noSuchOverload } from '../values.ts'

type Check = (text: string) => readonly string[]

/** A prefix may end in the dash that its suffix follows. */
function ofPrefix(check: Check): Check {
  return (text) => check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)
}

function ofFormat(format: string, message: string): Check {
  return (text) => (formatCheck(format)?.(text) ? [] : [message])
}

const checks: Readonly<Record<string, Check>> = {
  dns1123Label: checkDns1123Label,
  dns1123Subdomain: checkDns1123Subdomain,
  dns1035Label: checkDns1035Label,
  qualifiedName: checkQualifiedName,
  dns1123LabelPrefix: ofPrefix(checkDns1123Label),
  dns1123SubdomainPrefix: ofPrefix(checkDns1123Subdomain),
  dns1035LabelPrefix: ofPrefix(checkDns1035Label),
  labelValue: checkLabelValue,
  uri: ofFormat('uri', 'invalid URI'),
  uuid: ofFormat('uuid', 'does not match the UUID format'),
  byte: ofFormat('byte', 'invalid base64'),
  date: ofFormat('date', 'invalid date'),
  datetime: ofFormat('datetime', 'invalid datetime'),
}

const named = new Map(Object.entries(checks).map(([name, check]) => [name, new CelFormat(name, check)]))

/** `format.dns1123Label().validate(text)`: nothing where all is well, else what is wrong. */
export const formats: readonly CelFunction[] = [
  ...[...named].map(([name, format]) => define(`format.${name}`, ['() -> format'], () => format)),
  define('format.named', ['(string) -> optional<format>'], ([name]) => {
    const format = typeof name === 'string' ? named.get(name) : undefined
    return format ? new CelOptional(format) : CelOptional.none
  }),
  define('validate', ['format.(string) -> optional<list<string>>'], ([format, text], meter) => {
    if (!(format instanceof CelFormat) || typeof text !== 'string') throw new CelError(noSuchOverload)
    meter.charge(traversal(text.length))
    const messages = format.check(text)
    return messages.length === 0 ? CelOptional.none : new CelOptional(new CelList([...messages]))
  }),
]
