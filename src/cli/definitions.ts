import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { UsageError } from './option-types.ts'

/** The CustomResourceDefinitions in the YAML and JSON files of `folder` (not of folders in it), in order of the files' names. */
export async function readDefinitions(folder: string): Promise<KubernetesObject[]> {
  // The parser is loaded only by those who use it.
  const { parseAllDocuments } = await import('yaml')
  const definitions: KubernetesObject[] = []
  for (const path of definitionFiles(folder)) {
    for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
      if (document.errors[0]) throw new UsageError(`${path}: ${document.errors[0].message.split('\n')[0]}`)
      const object: unknown = document.toJS()
      if (object === null || object === undefined) continue
      if (!isDefinition(object)) {
        throw new UsageError(
          `${path} holds something that is no CustomResourceDefinition of apiextensions.k8s.io/v1`,
        )
      }
      definitions.push(object)
    }
  }
  return definitions
}

function definitionFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    throw new UsageError(`cannot read ${folder}: ${(error as Error).message}`)
  }
}

function isDefinition(object: unknown): object is KubernetesObject {
  const { apiVersion, kind, metadata } = object as Partial<KubernetesObject>
  return (
    apiVersion === 'apiextensions.k8s.io/v1' &&
    kind === 'CustomResourceDefinition' &&
    typeof metadata?.name === 'string'
  )
}
