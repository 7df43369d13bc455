import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import { type KubernetesObject, parseGroupVersion } from '../../src/apimachinery/object.ts'
import { type Kind, storageVersion } from '../../src/registry/kind.ts'
import { prune } from '../../src/registry/pruning.ts'
import { validateSchema } from '../../src/registry/validation.ts'
import { kinds } from '../../src/schemas/index.ts'
import { Organization } from '../../src/schemas/resourcemanager/organization.ts'
import { admit, type Surroundings } from './support/admission.ts'
import { referenceAvailable, samplesFolder } from './support/reference.ts'
import { twoCities } from './support/workloads.ts'

if (!referenceAvailable) console.log('the documented manifests: skipped, they are not at hand')

/** A List on the command line is its items. */
function itemsOf(object: KubernetesObject): KubernetesObject[] {
  return object.kind === 'List' ? (object.items as KubernetesObject[]) : [object]
}

const documents = referenceAvailable
  ? readdirSync(samplesFolder).flatMap((file) =>
      parseAllDocuments(readFileSync(path.join(samplesFolder, file), 'utf8'))
        .flatMap((document) => itemsOf(document.toJS() as KubernetesObject))
        .map((object) => ({
          name: `${file}: ${object.kind} ${object.metadata.name ?? object.metadata.generateName}`,
          object,
        })),
    )
  : []

function kindOf({ apiVersion = '', kind }: KubernetesObject): Kind | undefined {
  const { group, version } = parseGroupVersion(apiVersion)
  return kinds.find(
    (each) =>
      each.names.kind === kind &&
      ((each.group === group && each.versions.some(({ name }) => name === version)) ||
        each.aliases?.some((alias) => alias.group === group && alias.version === version)),
  )
}

const surroundings: Surroundings = {
  objects: [...(twoCities.objects ?? []), [Organization, [{ metadata: { name: 'acme', uid: 'uid' } }]]],
  parent: { sort: 'Organization', name: 'acme' },
}

describe.skipIf(!referenceAvailable)('the documented manifest', () => {
  it.each(documents)('$name is accepted', async ({ object }) => {
    const kind = kindOf(object) as Kind
    const schema = storageVersion(kind).schema()
    const named = {
      ...object,
      metadata: { ...object.metadata, name: object.metadata.name ?? 'generated', namespace: 'default' },
    }
    expect(prune(schema, structuredClone(named))).toEqual([])
    const outcome = await admit(kind, named, surroundings)
    expect(validateSchema(schema, outcome.object).map(formatFieldError)).toEqual([])
    expect(outcome.faults).toEqual([])
  })
})
