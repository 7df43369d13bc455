import { type FieldError, forbiddenField, notSupported, required } from '../apimachinery/field-error.ts'
import type { DefinitionSpec } from './custom-resource-definition.ts'

const path = 'spec.conversion'

/** Objects differ between versions by `apiVersion` only: there is nobody here who could call a webhook. */
export function checkConversion({ conversion }: DefinitionSpec, errors: FieldError[]): void {
  if (!conversion) return
  const { strategy = '', webhook } = conversion
  if (strategy === '') errors.push(required(`${path}.strategy`))
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']))
  }
  const reviewVersions = webhook?.conversionReviewVersions ?? []
  if (strategy === 'Webhook') {
    errors.push(
      forbiddenField(
        `${path}.strategy`,
        'webhooks are not called here; None converts by changing the apiVersion alone',
      ),
    )
    if (!webhook?.clientConfig) {
      errors.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'))
    }
    if (reviewVersions.length === 0) errors.push(required(`${path}.conversionReviewVersions`))
    return
  }
  const misplaced = 'should not be set when strategy is not set to Webhook'
  if (webhook?.clientConfig) errors.push(forbiddenField(`${path}.webhookClientConfig`, misplaced))
  if (reviewVersions.length > 0) errors.push(forbiddenField(`${path}.conversionReviewVersions`, misplaced))
}
