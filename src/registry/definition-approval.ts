import { type FieldError, invalid, required } from '../apimachinery/field-error.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { definitionSpec } from './custom-resource-definition.ts'

const annotation = 'api-approved.kubernetes.io'
const path = `metadata.annotations[${annotation}]`
const seeAlso = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Groups of the Kubernetes community are for what it has approved, or says that it has not. */
export function checkApproval(
  definition: KubernetesObject,
  old: KubernetesObject | undefined,
  errors: FieldError[],
): void {
  const { group = '' } = definitionSpec(definition)
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return
  const value = definition.metadata.annotations?.[annotation] ?? ''
  const state = stateOf(value)
  if (old && state === stateOf(old.metadata.annotations?.[annotation] ?? '')) return
  if (state === 'missing') {
    errors.push(required(path, `protected groups must have approval annotation "${annotation}", ${seeAlso}`))
  } else if (state === 'unreadable') {
    errors.push(
      invalid(
        path,
        value,
        `protected groups must have approval annotation "${annotation}" with either a URL or a reason starting with "unapproved", ${seeAlso}`,
      ),
    )
  }
}

function stateOf(value: string): 'missing' | 'told' | 'unreadable' {
  if (value === '') return 'missing'
  return value.startsWith('unapproved') || /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(value) ? 'told' : 'unreadable'
}
