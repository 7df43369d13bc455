import { formatGroupVersion } from '../../apimachinery/object.ts'
import { metaName } from './component-name.ts'
import { type Operation, tagOf } from './operations.ts'

function read(path: string, id: string, tag: string, description: string, component: string): Operation {
  return {
    path,
    method: 'get',
    id,
    tag,
    description,
    pathParameters: [],
    queryParameters: [],
    answer: { component, codes: [200] },
  }
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** `GET /apis/<group>/<version>/`. */
export function resourceListOperation(group: string, version: string): Operation {
  const path = group === '' ? `/api/${version}/` : `/apis/${formatGroupVersion(group, version)}/`
  const tag = tagOf({ group, version })
  const id = `get${tag.split('_').map(capital).join('')}APIResources`
  return read(path, id, tag, 'The resources of this group version.', metaName('APIResourceList'))
}

/** `GET /apis/<group>/`. */
export function groupOperation(group: string): Operation {
  const tag = tagOf({ group, version: '' }).slice(0, -1)
  return read(`/apis/${group}/`, `get${capital(tag)}APIGroup`, tag, 'This group.', metaName('APIGroup'))
}

/** `GET /api/`. */
export const coreVersionsOperation = read(
  '/api/',
  'getCoreAPIVersions',
  'core',
  'The versions of the core group.',
  metaName('APIVersions'),
)

/** `GET /apis/`. */
export const groupsOperation = read(
  '/apis/',
  'getAPIVersions',
  'apis',
  'The groups.',
  metaName('APIGroupList'),
)

/** `GET /version/`. */
export const versionOperation = read(
  '/version/',
  'getCodeVersion',
  'version',
  'The version of the server.',
  'io.k8s.apimachinery.pkg.version.Info',
)
