import { gadget, served } from '../gadget.ts'
import { post } from '../requests.ts'
import type { Step, Story } from '../step.ts'

const group = 'methods.example.com'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`
const maps = '/api/v1/namespaces/default/configmaps'
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

const bodied = new Set(['POST', 'PUT', 'PATCH'])

function ask(what: string, path: string, ...methods: Step['method'][]): Step[] {
  return methods.map((method) => ({
    title: `${method} of ${what}`,
    method,
    path,
    ...(bodied.has(method) ? { body: {} } : {}),
    headers: ['content-type', 'allow'],
  }))
}

export const methodStory: Story = {
  title: 'methods',
  steps: [
    ...served(group),
    post('a gadget', gadgets, gadget(group, 'a')),
    post('a map', maps, { metadata: { name: 'a' } }),
    ...ask('a collection of a custom kind', gadgets, 'HEAD', 'PUT', 'PATCH', 'OPTIONS'),
    ...ask('an object of a custom kind', `${gadgets}/a`, 'HEAD', 'POST', 'OPTIONS'),
    ...ask('what is not there of a custom kind', `${gadgets}/b`, 'HEAD'),
    ...ask('a status of a custom kind', `${gadgets}/a/status`, 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
    ...ask('a custom kind in all namespaces', `/apis/${group}/v1/gadgets`, 'HEAD', 'PUT', 'PATCH', 'OPTIONS'),
    ...ask('a collection', maps, 'HEAD', 'PUT', 'PATCH', 'OPTIONS'),
    ...ask('an object', `${maps}/a`, 'HEAD', 'POST', 'OPTIONS'),
    ...ask('what is not there', `${maps}/b`, 'HEAD'),
    ...ask('a status that is not there', `${maps}/a/status`, 'HEAD', 'GET', 'POST', 'PUT', 'OPTIONS'),
    ...ask('a kind in all namespaces', '/api/v1/configmaps', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    ...ask(
      'a kind that is not there',
      '/api/v1/namespaces/default/rubbish',
      'HEAD',
      'POST',
      'PUT',
      'OPTIONS',
    ),
    ...ask('a review', reviews, 'HEAD', 'GET', 'PUT', 'DELETE', 'OPTIONS'),
    ...ask('a review by name', `${reviews}/a`, 'GET', 'POST', 'PUT', 'DELETE'),
    ...ask(
      'a path that is not there',
      '/nothing',
      'HEAD',
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
    ),
    ...ask('a group that is not there', '/apis/nothing.example.com', 'HEAD', 'POST', 'DELETE'),
    ...ask('a version that is not there', `/apis/${group}/v9`, 'HEAD', 'POST', 'DELETE'),
    ...ask('the core group', '/api', 'PUT', 'PATCH', 'OPTIONS'),
    ...ask('the core version', '/api/v1', 'PUT', 'PATCH', 'OPTIONS'),
    ...ask('health', '/healthz', 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
    ...ask('the version of the server', '/version', 'PUT', 'PATCH', 'OPTIONS'),
  ],
}
