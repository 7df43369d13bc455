import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Clock, systemClock } from '../../src/apimachinery/clock.ts'
import { completeCredentials } from '../../src/server/credentials.ts'
import { controlPlanePath, formatKubeconfig } from '../../src/server/kubeconfig.ts'

const user = { name: 'developer', email: 'developer@example.com' }

describe('the credentials of a control-plane set', () => {
  const first = completeCredentials({}, { names: [], user, clock: systemClock })

  test('stay as they are while they are good', () => {
    expect(completeCredentials(first, { names: [], user, clock: systemClock })).toEqual(first)
  })

  test('keep the authority when a name is added, so that kubeconfigs stay good', () => {
    const second = completeCredentials(first, { names: ['datum.test'], user, clock: systemClock })
    expect(second.server).not.toEqual(first.server)
    expect({ ...second, server: first.server }).toEqual(first)
  })

  test('renew certificates with time and keep what signs tokens', () => {
    const later: Clock = { ...systemClock, now: () => systemClock.now() + 3600 * 24 * 3600 * 1000 }
    const second = completeCredentials(first, { names: [], user, clock: later })
    expect(second.authority).not.toEqual(first.authority)
    expect(second.server).not.toEqual(first.server)
    expect(second.signingKey).toBe(first.signingKey)
    expect(second.personalAccessTokens).toEqual(first.personalAccessTokens)
  })

  test('are never those of another set', () => {
    const other = completeCredentials({}, { names: [], user, clock: systemClock })
    expect(other.signingKey).not.toBe(first.signingKey)
    expect(other.authority.key).not.toBe(first.authority.key)
    expect(other.personalAccessTokens[0]?.token).not.toBe(first.personalAccessTokens[0]?.token)
  })
})

describe('a kubeconfig', () => {
  const ca = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n'
  const common = { ca, token: 'secret', user: 'developer' }

  test('of the organization carries its namespace, the authority and the token', () => {
    const text = formatKubeconfig({
      ...common,
      url: 'https://127.0.0.1:7443',
      plane: { sort: 'organization', name: 'acme-corp' },
    })
    expect(parse(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'datum-local-organization-acme-corp',
          cluster: {
            server:
              'https://127.0.0.1:7443/apis/resourcemanager.datumapis.com/v1alpha/organizations/acme-corp/control-plane',
            'certificate-authority-data': Buffer.from(ca).toString('base64'),
          },
        },
      ],
      users: [{ name: 'developer', user: { token: 'secret' } }],
      contexts: [
        {
          name: 'datum-local-organization-acme-corp',
          context: {
            cluster: 'datum-local-organization-acme-corp',
            user: 'developer',
            namespace: 'organization-acme-corp',
          },
        },
      ],
      'current-context': 'datum-local-organization-acme-corp',
    })
  })

  test('over plain HTTP carries no authority, and the flag without which JavaScript clients refuse it', () => {
    const { clusters } = parse(
      formatKubeconfig({ ...common, url: 'http://127.0.0.1:7443', plane: { sort: 'root' } }),
    )
    expect(clusters[0].cluster).toEqual({ server: 'http://127.0.0.1:7443', 'insecure-skip-tls-verify': true })
  })

  test('stays one document whatever names and tokens contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (token, name) => {
        fc.pre(!/[\ud800-\udfff]/.test(name))
        const text = formatKubeconfig({
          ...common,
          token,
          url: 'https://127.0.0.1:1',
          plane: { sort: 'project', name },
        })
        const config = parse(text)
        expect(config.users[0].user.token).toBe(token)
        expect(config.clusters[0].cluster.server).toBe(
          `https://127.0.0.1:1${controlPlanePath({ sort: 'project', name })}`,
        )
      }),
      { numRuns: 50 },
    )
  })
})
