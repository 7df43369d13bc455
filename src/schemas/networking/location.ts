import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns, textColumn } from '../columns.ts'
import { conditions } from '../conditions.ts'
import { map, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'

/** The key of `spec.topology` that placements look at. */
export const cityCodeTopologyKey = 'topology.datum.net/city-code'

function spec() {
  return object('What the location is and who provides it.', {
    locationClassName: text(
      'Who looks after the location: `datum-managed` for one of Datum, `self-managed` for one of your own.',
    ),
    topology: map(
      `Where the location is, as keys and values. Placements are matched against \`${cityCodeTopologyKey}\`.`,
      plainText(),
    ),
    provider: object('The provider that runs what is placed here. Set exactly one.', {
      gcp: optional(
        object('A zone of Google Cloud.', {
          projectId: text('The Google Cloud project that is used.'),
          region: text('The region, such as `us-south1`.'),
          zone: text('The zone within the region, such as `us-south1-a`.'),
        }),
      ),
    }),
  })
}

function status() {
  return object('What was observed of the location.', {
    conditions: optional(conditions('Whether the location can be used (`Ready`).')),
  })
}

export interface LocationObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

/** A place where workloads can run. The document shows it under the compute group as well: the same objects. */
export const Location: Kind<LocationObject> = {
  group: networkingGroup,
  names: { kind: 'Location', listKind: 'LocationList', plural: 'locations', singular: 'location' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A place where workloads can run: a city, and the provider that has machines there.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        textColumn('Class', '.spec.locationClassName'),
        textColumn('City', '.spec.topology.topology\\.datum\\.net/city-code'),
        ageColumn,
        ...readyColumns,
      ],
      subresources: { status: true },
    },
  ],
  aliases: [{ group: 'compute.datumapis.com', version: 'v1alpha', of: 'v1alpha' }],
}
