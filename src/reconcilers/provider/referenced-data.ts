import type { KubernetesObject, ObjectKey } from '../../apimachinery/object.ts'
import type { Client } from '../../controller-runtime/client.ts'
import type { InstanceSpec } from '../../schemas/compute/instance-template.ts'
import { ConfigMap } from '../../schemas/core/config-map.ts'
import { Secret } from '../../schemas/core/secret.ts'

/** A ConfigMap or Secret that an instance cannot start without, and the keys of it that it needs. */
export interface ReferencedData {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly keys: readonly string[]
}

/** What the instance refers to and does not mark as optional, each once for every place that refers to it. */
export function referencedData(spec: InstanceSpec): ReferencedData[] {
  const data: ReferencedData[] = []
  const add = (
    kind: ReferencedData['kind'],
    name: string | undefined,
    keys: readonly string[],
    optional?: boolean,
  ) => {
    if (optional !== true && name) data.push({ kind, name, keys })
  }
  for (const { configMap, secret } of spec.volumes ?? []) {
    add('ConfigMap', configMap?.name, configMap?.items?.map(({ key }) => key) ?? [], configMap?.optional)
    add('Secret', secret?.secretName, secret?.items?.map(({ key }) => key) ?? [], secret?.optional)
  }
  for (const pull of spec.runtime.sandbox?.imagePullSecrets ?? []) add('Secret', pull.name, [])
  for (const container of spec.runtime.sandbox?.containers ?? []) {
    for (const { valueFrom } of container.env ?? []) {
      const { configMapKeyRef, secretKeyRef } = valueFrom ?? {}
      if (configMapKeyRef)
        add('ConfigMap', configMapKeyRef.name, [configMapKeyRef.key], configMapKeyRef.optional)
      if (secretKeyRef) add('Secret', secretKeyRef.name, [secretKeyRef.key], secretKeyRef.optional)
    }
  }
  return data
}

/** How a reference index names it. */
export function dataReference(kind: ReferencedData['kind'], { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace}/${name}`
}

/** What of the data is not there, in words; undefined when all of it is. */
export async function missingData(
  spec: InstanceSpec,
  namespace: string,
  client: Client,
): Promise<string | undefined> {
  const missing = new Set<string>()
  for (const { kind, name, keys } of referencedData(spec)) {
    const object =
      kind === 'Secret'
        ? await client.get(Secret, { namespace, name })
        : await client.get(ConfigMap, { namespace, name })
    if (!object) missing.add(`${kind} ${name} does not exist`)
    else for (const key of keys) if (!hasKey(object, key)) missing.add(`${kind} ${name} has no key ${key}`)
  }
  return missing.size === 0 ? undefined : [...missing].join('; ')
}

function hasKey(object: KubernetesObject, key: string): boolean {
  const { data, binaryData } = object as {
    data?: Record<string, string>
    binaryData?: Record<string, string>
  }
  return Object.hasOwn(data ?? {}, key) || Object.hasOwn(binaryData ?? {}, key)
}
