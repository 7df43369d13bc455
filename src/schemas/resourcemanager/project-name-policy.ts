import { type PolicyRefusal, refusedByPolicy } from '../../apimachinery/policy-refusal.ts'
import { resourceManagerGroup } from './group.ts'

const policy = { name: 'validate-project-name', binding: 'validate-project-name' } as const
const resource = { group: resourceManagerGroup, resource: 'projects' } as const

const shortest = 6
const longest = 30
const reserved = 'datum'

/** What Datum Cloud has to say about the name of a new project; undefined where it has nothing against it. */
export function checkProjectName(name: string): PolicyRefusal | undefined {
  if (name.length < shortest || name.length > longest) {
    const why = `the name of a project has ${shortest} to ${longest} characters`
    return refusedByPolicy(policy, resource, name, why)
  }
  if (name.includes(reserved)) {
    return refusedByPolicy(policy, resource, name, `the name of a project does not contain "${reserved}"`)
  }
  return undefined
}
