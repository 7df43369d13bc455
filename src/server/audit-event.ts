import { formatMicroTime } from '../apimachinery/clock.ts'
import type { Caller } from '../registry/kind.ts'
import type { RequestInfo } from './request-info.ts'
import type { RequestRecord } from './request-record.ts'

/** A stage of a request as an `audit.k8s.io/v1` Event of level Metadata: who did what to what, never with which content. */
export function auditEvent(record: RequestRecord): object {
  const { info, user, impersonator, parent, userAgent, sourceAddress, code } = record
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: record.id,
    stage: record.stage,
    requestURI: record.uri,
    verb: info?.verb || record.method.toLowerCase(),
    user: userInfo(impersonator ?? user),
    ...(impersonator && user ? { impersonatedUser: userInfo(user) } : {}),
    sourceIPs: sourceAddress === undefined ? [] : [sourceAddress],
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(info?.isResource ? { objectRef: objectReference(info) } : {}),
    ...(record.stage === 'RequestReceived' ? {} : { responseStatus: { metadata: {}, code } }),
    requestReceivedTimestamp: formatMicroTime(record.startedAt),
    stageTimestamp: formatMicroTime(record.startedAt + record.durationMilliseconds),
    annotations: parent
      ? { 'platform.miloapis.com/scope.type': parent.sort, 'platform.miloapis.com/scope.name': parent.name }
      : {},
  }
}

function userInfo(user: Caller | undefined): object {
  if (!user) return {}
  const { name, uid, groups, extra } = user
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  }
}

function objectReference(info: RequestInfo & { isResource: true }): object {
  const { group, version, resource, subresource, namespace, name } = info
  return {
    resource,
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === '' ? {} : { subresource }),
  }
}
