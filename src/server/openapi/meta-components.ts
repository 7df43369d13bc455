import { metaName } from './component-name.ts'
import type { Dialect, GroupVersionKind, OpenApiSchema } from './schema.ts'
import { typeProperties } from './schema-walk.ts'

const text = (description: string): OpenApiSchema => ({ type: 'string', description })
const flag = (description: string): OpenApiSchema => ({ type: 'boolean', description })
const number = (format: 'int32' | 'int64', description: string): OpenApiSchema => ({
  type: 'integer',
  format,
  description,
})
const texts = (description: string): OpenApiSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
})
const textMap = (description: string): OpenApiSchema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
})

function object(
  description: string,
  properties: Readonly<Record<string, OpenApiSchema>>,
  required: readonly string[] = [],
): OpenApiSchema {
  return { type: 'object', description, properties, ...(required.length > 0 ? { required } : {}) }
}

/**
 * The types that all groups share, by component name: those of `meta/v1`, and `autoscaling/v1` Scale. `groupVersions`
 * are those of the document: the options of a delete and the events of a watch are spoken in each of them.
 */
export function metaComponents(
  dialect: Dialect,
  groupVersions: readonly { group: string; version: string }[],
): Record<string, OpenApiSchema> {
  const meta = (type: string, description?: string) => dialect.reference(metaName(type), description)
  const metaList = (type: string, description: string): OpenApiSchema => ({
    type: 'array',
    items: meta(type),
    description,
  })
  const inEveryGroup = (kind: string): readonly GroupVersionKind[] =>
    [{ group: '', version: 'v1' }, ...groupVersions]
      .filter((each, index) => index === 0 || each.group !== '' || each.version !== 'v1')
      .map(({ group, version }) => ({ group, kind, version }))
  const core = (kind: string): readonly GroupVersionKind[] => [{ group: '', kind, version: 'v1' }]

  const types: Record<string, OpenApiSchema> = {
    Time: { type: 'string', format: 'date-time', description: 'A moment in RFC 3339, to the second.' },
    MicroTime: {
      type: 'string',
      format: 'date-time',
      description: 'A moment in RFC 3339, to the microsecond.',
    },
    FieldsV1: {
      type: 'object',
      description:
        'A set of fields as a tree: `f:name` for a field, `k:{…}` for an item of a keyed list, `v:…` for one of a set, and `.` for the thing itself.',
    },
    Patch: {
      type: 'object',
      description: 'A change of an object; its content type says in which language it is written.',
    },
    ObjectMeta: object('What every stored object has: its identity, its belongings and its history.', {
      annotations: textMap(
        'Free notes of tools and people about the object. Not used to find objects; may be large (256 KiB together).',
      ),
      creationTimestamp: meta('Time', 'When the object was created. Set by the server.'),
      deletionGracePeriodSeconds: number(
        'int64',
        'How long the object may take to end after its deletion was asked for. Set by the server.',
      ),
      deletionTimestamp: meta(
        'Time',
        'When deletion was asked for, while finalizers still keep the object. Set by the server.',
      ),
      finalizers: {
        ...texts(
          'What must be done before the object may go; each entry is removed by whoever has done its part.',
        ),
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-patch-strategy': 'merge',
      },
      generateName: text(
        'A beginning to which the server adds a random ending, to make a name where none is given.',
      ),
      generation: number(
        'int64',
        'Counts the changes of what is wanted (not of the status). Set by the server.',
      ),
      labels: textMap('Short marks by which objects are grouped and selected.'),
      managedFields: {
        ...metaList('ManagedFieldsEntry', 'Who set which fields last, and how. Kept by the server.'),
        'x-kubernetes-list-type': 'atomic',
      },
      name: text('The name, unique among the objects of its kind in its namespace. Cannot be changed.'),
      namespace: text(
        'The namespace in which the object lives; absent for kinds without one. Cannot be changed.',
      ),
      ownerReferences: {
        ...metaList(
          'OwnerReference',
          'The objects on which this one depends: when all of them are gone, it goes too.',
        ),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['uid'],
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'uid',
      },
      resourceVersion: text(
        'The revision of the last write. Sent back in an update, it refuses the write when somebody else was quicker.',
      ),
      selfLink: text('Formerly the URL of the object; no longer set.'),
      uid: text('The identity of this one object, also across objects of the same name. Set by the server.'),
    }),
    OwnerReference: {
      ...object(
        'Names an owner: an object of the same namespace, or one without a namespace.',
        {
          apiVersion: text("The owner's group and version."),
          blockOwnerDeletion: flag(
            'Whether an owner that is deleted in the foreground waits until this object is gone.',
          ),
          controller: flag('Whether the owner is the one that manages this object; at most one is.'),
          kind: text("The owner's kind."),
          name: text("The owner's name."),
          uid: text("The owner's uid."),
        },
        ['apiVersion', 'kind', 'name', 'uid'],
      ),
      'x-kubernetes-map-type': 'atomic',
    },
    ManagedFieldsEntry: object('The fields that one manager has set with one kind of operation.', {
      apiVersion: text('The group and version in which the fields are named.'),
      fieldsType: text('The notation of the fields: `FieldsV1`.'),
      fieldsV1: meta('FieldsV1', 'The fields.'),
      manager: text('The name under which the writer presented itself.'),
      operation: text('`Apply` for server-side apply, `Update` for every other write.'),
      subresource: text('The subresource through which the fields were set; empty for the object itself.'),
      time: meta('Time', 'When the set of fields, or one of their values, last changed by this manager.'),
    }),
    ListMeta: object('What every list has.', {
      continue: text(
        'Where to read on: send it back with the same query to get the next page of the same state.',
      ),
      remainingItemCount: number('int64', 'How many objects follow this page, where that is known.'),
      resourceVersion: text('The revision at which the list was read; a watch may begin there.'),
      selfLink: text('Formerly the URL of the list; no longer set.'),
    }),
    DeleteOptions: {
      ...object('How to delete.', {
        ...typeProperties,
        dryRun: {
          ...texts('`All` runs every check and deletes nothing.'),
          'x-kubernetes-list-type': 'atomic',
        },
        gracePeriodSeconds: number(
          'int64',
          'How long the object may take to end, in seconds; zero for at once.',
        ),
        ignoreStoreReadErrorWithClusterBreakingPotential: flag(
          'Deletes an object even though it cannot be read from the store.',
        ),
        orphanDependents: flag('The former way to ask for `Orphan`; use propagationPolicy.'),
        preconditions: meta(
          'Preconditions',
          'What must be true of the object, else nothing is deleted (409).',
        ),
        propagationPolicy: text(
          'What becomes of dependents: `Background` deletes them afterwards, `Foreground` before the object, `Orphan` leaves them.',
        ),
      }),
      'x-kubernetes-group-version-kind': inEveryGroup('DeleteOptions'),
    },
    Preconditions: object('What must be true of an object before it is deleted.', {
      resourceVersion: text('The revision that the object must have.'),
      uid: text('The uid that the object must have.'),
    }),
    Status: {
      ...object('The answer to a request that does not answer with an object: mostly an error.', {
        ...typeProperties,
        code: number('int32', 'The HTTP status code.'),
        details: meta(
          'StatusDetails',
          'More about the reason, for programs; which fields are set depends on it.',
        ),
        message: text('What happened, for people.'),
        metadata: meta('ListMeta', 'Empty, or the revision of what was done.'),
        reason: text('Why, in one word, for programs; it says more than the code.'),
        status: text('`Success` or `Failure`.'),
      }),
      'x-kubernetes-group-version-kind': core('Status'),
    },
    StatusDetails: object('More about an error, for programs.', {
      causes: {
        ...metaList('StatusCause', 'The single faults, where there are several or where they have a place.'),
        'x-kubernetes-list-type': 'atomic',
      },
      group: text('The group of the object that the error is about.'),
      kind: text('The kind or the resource that the error is about.'),
      name: text('The name of the object that the error is about.'),
      retryAfterSeconds: number('int32', 'When it makes sense to try again, in seconds.'),
      uid: text('The uid of the object that the error is about.'),
    }),
    StatusCause: object('One fault.', {
      field: text('The field at fault, such as `spec.placements[0].name`.'),
      message: text('What is wrong, for people.'),
      reason: text('What is wrong, in one word, for programs.'),
    }),
    WatchEvent: {
      ...object(
        'One event of a watch.',
        {
          object: {
            type: 'object',
            description: 'The object after the change (before it, for DELETED); a Status for ERROR.',
          },
          type: text('`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.'),
        },
        ['type', 'object'],
      ),
      'x-kubernetes-group-version-kind': inEveryGroup('WatchEvent'),
    },
    APIVersions: {
      ...object(
        'The versions of the core group.',
        {
          ...typeProperties,
          serverAddressByClientCIDRs: metaList(
            'ServerAddressByClientCIDR',
            'Addresses of the server, by network.',
          ),
          versions: texts('The versions.'),
        },
        ['versions', 'serverAddressByClientCIDRs'],
      ),
      'x-kubernetes-group-version-kind': core('APIVersions'),
    },
    APIGroupList: {
      ...object(
        'The groups that are served.',
        { ...typeProperties, groups: metaList('APIGroup', 'The groups.') },
        ['groups'],
      ),
      'x-kubernetes-group-version-kind': core('APIGroupList'),
    },
    APIGroup: {
      ...object(
        'One group with its versions.',
        {
          ...typeProperties,
          name: text('The name of the group.'),
          preferredVersion: meta('GroupVersionForDiscovery', 'The version that clients should use.'),
          serverAddressByClientCIDRs: metaList(
            'ServerAddressByClientCIDR',
            'Addresses of the server, by network.',
          ),
          versions: metaList('GroupVersionForDiscovery', 'The versions, the preferred one first.'),
        },
        ['name', 'versions'],
      ),
      'x-kubernetes-group-version-kind': core('APIGroup'),
    },
    GroupVersionForDiscovery: object(
      'A version of a group.',
      {
        groupVersion: text('Group and version, as `apiVersion` has them.'),
        version: text('The version alone.'),
      },
      ['groupVersion', 'version'],
    ),
    ServerAddressByClientCIDR: object(
      'The address for clients of one network.',
      {
        clientCIDR: text('The network of the client.'),
        serverAddress: text('The address of the server: host, and port where it is not the usual one.'),
      },
      ['clientCIDR', 'serverAddress'],
    ),
    APIResourceList: {
      ...object(
        'The resources of one group version.',
        {
          ...typeProperties,
          groupVersion: text('The group and version.'),
          resources: metaList('APIResource', 'The resources and their subresources.'),
        },
        ['groupVersion', 'resources'],
      ),
      'x-kubernetes-group-version-kind': core('APIResourceList'),
    },
    APIResource: object(
      'A resource, or a subresource.',
      {
        categories: texts('Groups of resources to which this one belongs, such as `all`.'),
        group: text('The group of the kind, where it is not that of the list.'),
        kind: text('The kind of the objects.'),
        name: text(
          'The plural name, as in URLs; for subresources with the name of the subresource behind a slash.',
        ),
        namespaced: flag('Whether the objects live in namespaces.'),
        shortNames: texts('Short names for the command line.'),
        singularName: text('The singular name.'),
        storageVersionHash: text('Equal for resources that show the same stored objects.'),
        verbs: texts('What can be done: get, list, watch, create, update, patch, delete, deletecollection.'),
        version: text('The version of the kind, where it is not that of the list.'),
      },
      ['name', 'singularName', 'namespaced', 'kind', 'verbs'],
    ),
  }

  const scale = (type: string) => `io.k8s.api.autoscaling.v1.${type}`
  return {
    ...Object.fromEntries(Object.entries(types).map(([type, schema]) => [metaName(type), schema])),
    [scale('Scale')]: {
      ...object('The number of replicas of an object, apart from all else.', {
        ...typeProperties,
        metadata: meta('ObjectMeta', 'The identity of the object that is scaled.'),
        spec: dialect.reference(scale('ScaleSpec'), 'What is wanted.'),
        status: dialect.reference(scale('ScaleStatus'), 'What is there.'),
      }),
      'x-kubernetes-group-version-kind': [{ group: 'autoscaling', kind: 'Scale', version: 'v1' }],
    },
    [scale('ScaleSpec')]: object('The number of replicas wanted.', {
      replicas: number('int32', 'How many replicas are wanted.'),
    }),
    [scale('ScaleStatus')]: object(
      'The number of replicas there are.',
      {
        replicas: number('int32', 'How many replicas there are.'),
        selector: text('The label selector of the replicas, in its string form.'),
      },
      ['replicas'],
    ),
    'io.k8s.apimachinery.pkg.version.Info': object(
      'What program the server is, and how it was built.',
      {
        buildDate: text('When it was built.'),
        compiler: text('By what it is run.'),
        emulationMajor: text('The major version whose behaviour is shown.'),
        emulationMinor: text('The minor version whose behaviour is shown.'),
        gitCommit: text('The commit that it was built from.'),
        gitTreeState: text('Whether the tree was clean then.'),
        gitVersion: text('The Kubernetes version, with our own build behind a plus sign.'),
        goVersion: text('The version of the run-time.'),
        major: text('The major Kubernetes version.'),
        minCompatibilityMajor: text('The oldest major version with which it gets along.'),
        minCompatibilityMinor: text('The oldest minor version with which it gets along.'),
        minor: text('The minor Kubernetes version.'),
        platform: text('Operating system and processor.'),
      },
      [
        'major',
        'minor',
        'gitVersion',
        'gitCommit',
        'gitTreeState',
        'buildDate',
        'goVersion',
        'compiler',
        'platform',
      ],
    ),
  }
}
