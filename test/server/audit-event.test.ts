import { expect, test } from 'vitest'
import { auditEvent } from '../../src/server/audit-event.ts'
import { project, startHttpServer } from './support/http-server.ts'

test('a request is told as an event of audit.k8s.io, with both users of an impersonation', async () => {
  const events: object[] = []
  await using http = startHttpServer({ audit: (record) => events.push(auditEvent(record)) })
  const path = `${project}/apis/coordination.k8s.io/v1/namespaces/default/leases/none`
  const reply = await http.ask('GET', path, undefined, { 'impersonate-user': 'jane', 'user-agent': 'test/1' })
  const [received, completed] = events
  expect(events).toHaveLength(2)
  expect(received).toMatchObject({
    stage: 'RequestReceived',
    auditID: reply.headers['audit-id'],
    verb: 'get',
  })
  expect(received).not.toHaveProperty('responseStatus')
  expect(completed).toEqual({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: reply.headers['audit-id'],
    stage: 'ResponseComplete',
    requestURI: path,
    verb: 'get',
    user: { username: 'developer@example.com', groups: ['system:authenticated'] },
    impersonatedUser: { username: 'jane', groups: ['system:authenticated'] },
    sourceIPs: ['127.0.0.1'],
    userAgent: 'test/1',
    objectRef: {
      resource: 'leases',
      namespace: 'default',
      name: 'none',
      apiGroup: 'coordination.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: 404 },
    requestReceivedTimestamp: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
    stageTimestamp: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
    annotations: {
      'platform.miloapis.com/scope.type': 'Project',
      'platform.miloapis.com/scope.name': 'sandbox',
    },
  })
})
