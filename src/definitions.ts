import { isReason } from './apimachinery/errors.ts'
import type { KubernetesObject } from './apimachinery/object.ts'
import { type Caller, preferredResource } from './registry/kind.ts'
import type { Registry, RequestContext } from './registry/registry.ts'
import { CustomResourceDefinition } from './schemas/core/custom-resource-definition.ts'

const system: Caller = { name: 'system:definitions', groups: ['system:masters'] }

/**
 * Puts CustomResourceDefinitions on the root, from where every plane serves them: made where they are not there,
 * brought to what is given where they are.
 */
export async function installDefinitions(
  registry: Registry,
  definitions: readonly KubernetesObject[],
): Promise<void> {
  const context: RequestContext = { plane: 'root', user: system }
  const resource = preferredResource(CustomResourceDefinition)
  const options = { fieldManager: 'datum-local' }
  for (const definition of definitions) {
    const key = { name: definition.metadata.name }
    try {
      await registry.create(context, resource, {}, definition, options)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
      const body = { spec: definition.spec as never }
      await registry.patch(context, resource, key, { type: 'merge', body }, options)
    }
  }
}
