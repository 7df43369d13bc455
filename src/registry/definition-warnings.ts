import { formatCheck } from '../apimachinery/formats.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { definitionSpec } from './custom-resource-definition.ts'
import { partsOf } from './schema-parts.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** What is told to who writes a definition that is taken: formats that nobody looks at, unless they were there before. */
export function definitionWarnings(
  definition: KubernetesObject,
  old: KubernetesObject | undefined,
): string[] {
  const before = new Set(old ? unrecognizedFormats(old) : [])
  return unrecognizedFormats(definition)
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`)
}

function unrecognizedFormats(definition: KubernetesObject): string[] {
  const found: string[] = []
  for (const { schema } of definitionSpec(definition).versions ?? []) {
    if (schema?.openAPIV3Schema) collect(schema.openAPIV3Schema, found)
  }
  return found
}

function collect(schema: StructuralSchema, found: string[]): void {
  const { type, format } = schema
  if (type === 'string' && format && !formatCheck(format)) found.push(format)
  for (const part of partsOf(schema)) collect(part, found)
}
