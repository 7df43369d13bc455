import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { dateTime, int32, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { eventAdmission } from './event-admission.ts'
import { eventCells, eventColumns } from './event-columns.ts'
import { eventSource } from './event-source.ts'
import { eventsAlias } from './event-spelling.ts'
import { objectReference } from './object-reference.ts'

function fields() {
  return {
    involvedObject: objectReference('What the event is about.'),
    reason: optional(text('What happened, as one CamelCase word that programs may rely on.')),
    message: optional(text('What happened, in a sentence for people.')),
    source: optional(eventSource('Who reported it, in the older form.')),
    firstTimestamp: optional(dateTime('When it was first seen.', { nullable: true })),
    lastTimestamp: optional(dateTime('When it was last seen.', { nullable: true })),
    count: optional(int32('How often it has been seen.')),
    type: optional(text('`Normal`, or `Warning` where somebody should look.')),
    eventTime: optional(dateTime('When it was first seen, to the microsecond.', { nullable: true })),
    series: optional(
      object('How often it has been seen since, where more than once.', {
        count: optional(int32('How often, so far.')),
        lastObservedTime: optional(
          dateTime('When it was last seen, to the microsecond.', { nullable: true }),
        ),
      }),
    ),
    action: optional(text('What was done, or was about to be done, about the object.')),
    related: optional(objectReference('A second object that has to do with it.')),
    reportingComponent: optional(text('Which controller reported it, such as `example.com/controller`.')),
    reportingInstance: optional(text('Which copy of the controller reported it.')),
  }
}

function schema() {
  return object('The fields of an event.', fields())
}

/** As stored, and as `v1` shows it. */
export interface EventObject extends KubernetesObject, Partial<EventFields> {
  involvedObject: EventFields['involvedObject']
}

type EventFields = Static<ReturnType<typeof schema>>

/** One stored object with two spellings: `v1`, in which it is stored, and `events.k8s.io/v1`. */
export const Event: Kind<EventObject> = {
  group: '',
  names: { kind: 'Event', listKind: 'EventList', plural: 'events', singular: 'event', shortNames: ['ev'] },
  scope: 'Namespaced',
  planes: ['root', 'project'],
  origin: 'core',
  createOnUpdate: true,
  admission: eventAdmission,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('Tells what happened to an object. It is removed after an hour.', fields()),
      ),
      zeroValue: {
        metadata: { name: '' },
        involvedObject: {},
        source: {},
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: null,
        reportingComponent: '',
        reportingInstance: '',
      },
      metadataChecks: [],
      pointers: [],
      typeNames: {
        involvedObject: 'ObjectReference',
        source: 'EventSource',
        eventTime: 'MicroTime',
        series: 'EventSeries',
        'series.lastObservedTime': 'MicroTime',
        related: 'ObjectReference',
      },
      columns: eventColumns,
      cells: (event: EventObject, now) => eventCells(event, now),
      nameColumn: false,
      selectableFields: [
        'involvedObject.kind',
        'involvedObject.namespace',
        'involvedObject.name',
        'involvedObject.uid',
        'involvedObject.apiVersion',
        'involvedObject.resourceVersion',
        'involvedObject.fieldPath',
        'reason',
        'reportingComponent',
        'source',
        'type',
      ],
      selectableValues: {
        source: (event) => {
          const { source, reportingComponent } = event as EventObject
          return source?.component || reportingComponent || ''
        },
      },
    },
  ],
  aliases: [eventsAlias],
}
