import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import { parseControlPlanePath, resolveDoor } from '../../src/server/control-plane-path.ts'

const prefixes = [
  { sort: 'Organization', segments: ['apis', 'resourcemanager.miloapis.com', 'v1alpha1', 'organizations'] },
  { sort: 'Project', segments: ['apis', 'resourcemanager.miloapis.com', 'v1alpha1', 'projects'] },
] as const
const ofOrganization = '/apis/resourcemanager.miloapis.com/v1alpha1/organizations/acme/control-plane'
const ofProject = '/apis/resourcemanager.miloapis.com/v1alpha1/projects/sandbox/control-plane'

const parse = (path: string) => parseControlPlanePath(path, prefixes)
const parentsOf = (path: string) => parse(path).parents.map(({ sort, id }) => `${sort} ${id}`)

describe('the path of a URL', () => {
  test('without a prefix is a path of the root', () => {
    expect(parse('/api/v1/namespaces')).toEqual({
      parents: [],
      segments: ['api', 'v1', 'namespaces'],
      path: '/api/v1/namespaces',
    })
  })

  test('loses the prefix of its control plane', () => {
    expect(parse(`${ofProject}/openapi/v3`).path).toBe('/openapi/v3')
    expect(parentsOf(`${ofProject}/openapi/v3`)).toEqual(['Project sandbox'])
  })

  test('may pass through an organization to its project', () => {
    expect(parentsOf(`${ofOrganization}${ofProject}/api`)).toEqual(['Organization acme', 'Project sandbox'])
  })

  test('is the root of the control plane when it ends with it', () => {
    expect(parse(ofProject)).toMatchObject({ segments: [], path: '/' })
    expect(parse(`${ofProject}/`)).toMatchObject({ segments: [], path: '/' })
  })

  test('may begin with the host name that datumctl insists on', () => {
    expect(parentsOf(`/api.datum.net${ofProject}/api`)).toEqual(['Project sandbox'])
  })

  test('that only names a project stays an ordinary path', () => {
    expect(parse('/apis/resourcemanager.miloapis.com/v1alpha1/projects/sandbox/status').parents).toEqual([])
  })

  test.each([
    '/api/v1/namespaces/..',
    '/api/v1/namespaces/%2e%2e/x',
    '/api/v1/namespaces/a%2fb',
    '/api/v1/namespaces/a%5cb',
    '/api/v1/namespaces/a%00b',
    '/api/v1/namespaces/%252e%252e',
    '/api/v1//namespaces',
    '/api/v1/namespaces/%zz',
    '/api/v1/namespaces/%ff',
    `${ofProject}/../../../../x`,
    'http://elsewhere/api',
    '//api/v1',
  ])('is refused when a segment is none: %s', (path) => {
    expect(() => parse(path)).toThrow(StatusError)
  })

  test('never leaves its plane, however it is spelled', () => {
    const piece = fc.constantFrom(
      ...[
        '..',
        '.',
        '%2e',
        '%2E%2e',
        '%2f',
        '%252f',
        '/',
        '//',
        'a',
        'control-plane',
        '%63ontrol-plane',
        '\\',
        '%5c',
        '%00',
      ],
      ...['projects', 'theirs', 'apis', ofProject, ofOrganization],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `${ofProject}/${pieces.join('/')}`
        let parsed: ReturnType<typeof parse>
        try {
          parsed = parse(path)
        } catch (error) {
          return error instanceof StatusError && error.code === 400
        }
        const [first] = parsed.parents
        return (
          first?.id === 'sandbox' &&
          parsed.segments.every(
            (each) => each !== '..' && each !== '.' && each !== '' && !/[/\\%\0]/.test(each),
          )
        )
      }),
    )
  })
})

test('a project within a project does not exist, whatever the resolver says', async () => {
  const { parents } = parse(`${ofProject}${ofProject}/api`)
  const found = resolveDoor(parents, async () => ({ plane: 'project/1' }))
  await expect(found).rejects.toMatchObject({
    message: 'projects.resourcemanager.miloapis.com "sandbox" not found',
    code: 404,
  })
})
