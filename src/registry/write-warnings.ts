import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Resource } from './kind.ts'
import { finalizerWarnings } from './metadata.ts'

/** What is told of an object that passes: on a real server only custom resources are looked at for their finalizers. */
export function writeWarnings(
  { kind }: Resource,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): string[] {
  const finalizers = [object.metadata.finalizers, old?.metadata.finalizers] as const
  return [
    ...(kind.origin === 'custom' ? finalizerWarnings(...finalizers) : []),
    ...(kind.admission?.warnings?.(object, old) ?? []),
  ]
}
