import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Conversion, KindAlias } from '../../registry/kind.ts'
import { dateTime, int32, object, optional, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import type { EventObject } from './event.ts'
import { eventCells, eventColumns } from './event-columns.ts'
import { eventSource } from './event-source.ts'
import { objectReference } from './object-reference.ts'

/** What `v1` calls a field on the left, `events.k8s.io/v1` calls on the right; all others have one name. */
const spellings: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
]

function renamed(object: KubernetesObject, names: ReadonlyMap<string, string>): KubernetesObject {
  const entries = Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value])
  return Object.fromEntries(entries) as KubernetesObject
}

const fromStored = new Map(spellings)
const toStored = new Map(spellings.map(([stored, spelled]) => [spelled, stored]))

const conversion: Conversion = {
  // This spelling leaves out what `v1` shows as an empty text.
  fromStored: (object) =>
    renamed(
      Object.fromEntries(Object.entries(object).filter(([, value]) => value !== '')) as KubernetesObject,
      fromStored,
    ),
  toStored: (object) => ({ involvedObject: {}, ...renamed(object, toStored) }),
}

function schema() {
  return objectSchema('Tells what happened to an object. It is removed after an hour.', {
    eventTime: optional(dateTime('When it was first seen, to the microsecond.', { nullable: true })),
    series: optional(
      object('How often it has been seen since, where more than once.', {
        count: int32('How often, so far; 2 or more.'),
        lastObservedTime: dateTime('When it was last seen, to the microsecond.', { nullable: true }),
      }),
    ),
    reportingController: optional(text('Which controller reported it, such as `example.com/controller`.')),
    reportingInstance: optional(text('Which copy of the controller reported it; at most 128 characters.')),
    action: optional(text('What was done, or was about to be done; at most 128 characters.')),
    reason: optional(text('Why it was done, as one CamelCase word; at most 128 characters.')),
    regarding: optional(objectReference('What the event is about.')),
    related: optional(objectReference('A second object that has to do with it.')),
    note: optional(text('What happened, in a sentence for people; at most 1 kB.')),
    type: optional(text('`Normal`, or `Warning` where somebody should look.')),
    deprecatedSource: optional(eventSource('What `v1` calls `source`; must not be set here.')),
    deprecatedFirstTimestamp: optional(
      dateTime('What `v1` calls `firstTimestamp`; must not be set here.', { nullable: true }),
    ),
    deprecatedLastTimestamp: optional(
      dateTime('What `v1` calls `lastTimestamp`; must not be set here.', { nullable: true }),
    ),
    deprecatedCount: optional(int32('What `v1` calls `count`; must not be set here.')),
  })
}

function involved(field: keyof EventObject['involvedObject']): (event: KubernetesObject) => string {
  return (event) => (event as EventObject).involvedObject[field] ?? ''
}

/** Events as `events.k8s.io/v1` shows them. */
export const eventsAlias: KindAlias = {
  group: 'events.k8s.io',
  version: 'v1',
  of: 'v1',
  conversion,
  definition: {
    name: 'v1',
    served: true,
    storage: false,
    schema: onFirstUse(schema),
    metadataChecks: ['update', 'domains'],
    typeNames: {
      eventTime: 'MicroTime',
      series: 'EventSeries',
      'series.lastObservedTime': 'MicroTime',
      regarding: 'ObjectReference',
      related: 'ObjectReference',
      deprecatedSource: 'EventSource',
    },
    columns: eventColumns,
    cells: (event, now) => eventCells(event as EventObject, now),
    nameColumn: false,
    selectableFields: [
      'regarding.kind',
      'regarding.namespace',
      'regarding.name',
      'regarding.uid',
      'regarding.apiVersion',
      'regarding.resourceVersion',
      'regarding.fieldPath',
      'reason',
      'reportingController',
      'type',
    ],
    selectableValues: {
      'regarding.kind': involved('kind'),
      'regarding.namespace': involved('namespace'),
      'regarding.name': involved('name'),
      'regarding.uid': involved('uid'),
      'regarding.apiVersion': involved('apiVersion'),
      'regarding.resourceVersion': involved('resourceVersion'),
      'regarding.fieldPath': involved('fieldPath'),
      reportingController: (event) => (event as EventObject).reportingComponent ?? '',
    },
  },
}
