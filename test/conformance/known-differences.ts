/** A real server answers 500 here, although the fault is the caller’s. */
const faultOfTheCaller = 'a 500 of a real server; the fault is the caller’s'
const wrongKind =
  'a real server goes on to validate the object as one of the kind of the URL, without its defaults'
const protobufStatus = 'a real server writes the refusal in protobuf; errors are always JSON here'
const lostScale = 'a real server trips over a type that it has not registered; the fault is told here'
const sameScale =
  'a real server moves the replicas to books of their own without a time, and forgets them with the next write'
const afterNull = 'follows from a null that a real server took a few steps earlier'
const quickCollector =
  'our garbage collector is done with the foreground deletion before the next request comes'
const registered =
  'a real server has more kinds registered than are served here, and says of others that it does not know them'
const noGrace = 'a real server does not count the deletion of a definition as a generation'
const noWebhooks = 'nobody here calls a webhook, so that a conversion by one is refused'
const noMethod = 'a real server does not look at the method; 405 says that nothing is written'
const head = 'a real server has no HEAD there; it is a GET without a body here, as at its neighbours'
const jsonOnly =
  'discovery and documents of version 3 are not written in protobuf here, for which clients take JSON too'
const fresh = 'a real server has the year in Expires, we have it in max-age'
const claimed = 'a real server decodes the patched object as what it claims to be'

/**
 * Where an answer of ours is not that of a real server: by story and step, with the reason. A step that is listed here
 * must differ.
 */
export const knownDifferences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  create: {
    'of another kind': wrongKind,
    'of another version': 'a real server warns of fields before it looks at the version',
    'as protobuf': 'a real server closes the connection; 415 says why',
    'answered in protobuf, which custom kinds have not': protobufStatus,
  },
  update: {
    'of another kind': wrongKind,
    'of the scale to a word': lostScale,
    'of the scale of another kind': lostScale,
    'of the scale with unknown fields': lostScale,
    'below a status':
      'a real server does not look at what follows in the path; a path that is not there is a 404 here',
  },
  patch: {
    'JSON: without a value':
      'RFC 6902 asks for a value, and its test suite refuses this; a real server takes null',
    'JSON: with an unknown field': afterNull,
    'JSON: with an unknown field, refused': afterNull,
    'JSON: with a field twice': afterNull,
    'what is left': afterNull,
  },
  apply: {
    'of what is no YAML': 'the words are those of another YAML library',
    'with unknown fields': faultOfTheCaller,
    'with unknown metadata': faultOfTheCaller,
    'with values of other types': faultOfTheCaller,
    'with labels of other types': faultOfTheCaller,
    'with an element without its key': faultOfTheCaller,
    'with an element twice': faultOfTheCaller,
    'with an entry of a set twice': faultOfTheCaller,
    'of the scale': faultOfTheCaller,
  },
  delete: {
    'a change of what is being deleted': quickCollector,
    'its deletion taken back': quickCollector,
    'with a body that is no JSON': faultOfTheCaller,
    'with a body of another kind': faultOfTheCaller,
    'with options of the wrong type': faultOfTheCaller,
  },
  'custom dependents': {
    'the definition for the whole cluster goes': noGrace,
  },
  list: {
    'a token that is none': 'the words are those of another JSON decoder',
    'in protobuf, which custom kinds have not': protobufStatus,
    'watched as a list of metadata': 'a real server answers 200 and nothing',
    'watched as YAML': 'the YAML of a real server folds and quotes long texts in another way',
    'watched from the first revision':
      'a real server has compacted it; a new one of ours has everything from the first revision',
    'one at a revision that is no number': faultOfTheCaller,
    'one as a list of metadata': faultOfTheCaller,
    'watched from no revision': faultOfTheCaller,
  },
  'revisions and selectors': {
    'a token with a revision of the wrong type': 'the words are those of another JSON decoder',
    'a collection goes with a body that is a list': faultOfTheCaller,
  },
  watch: {
    'from a revision that is still to come':
      'a real server waits for it in silence; here it is told at once, in the words of a list',
    'from below nothing': faultOfTheCaller,
    'by the old path, of nothing': faultOfTheCaller,
    'by the old path, of a core kind': 'the namespace of a project has a label of Datum’s',
    'by the old path, to write': 'a real server does not look at the method; 405 says that nothing is made',
  },
  'config maps': {
    'of an unknown kind': registered,
    'of another version': registered,
    'of another group': registered,
    'merge of the kind': claimed,
    'strategic, that is no JSON': 'a real server says it without saying that it was the patch',
    'at no revision': faultOfTheCaller,
    'strategic, with an unknown directive': faultOfTheCaller,
    'apply with unknown fields': faultOfTheCaller,
  },
  core: {
    'another method that discovery has not':
      'a real server does not look at the method; 405 says that nothing is deleted',
  },
  'writes that change nothing': {
    'a scale to the same is heard': sameScale,
  },
  'typed maps': {
    'a JSON patch of the kind': claimed,
    'a JSON patch of the head': claimed,
    'a JSON patch of everything': claimed,
    'an apply to the wrong type': faultOfTheCaller,
  },
  scales: {
    ...Object.fromEntries(
      [6, 9, 11, 46, 49, 50].flatMap((part) => [
        [`what is left of part-${part}`, sameScale],
        [`part-${part} is changed later`, sameScale],
      ]),
    ),
    'its scale': faultOfTheCaller,
    'in place with labels of the wrong type': lostScale,
    'in place with a status of the wrong type': lostScale,
    'in place with more than fits': lostScale,
  },
  secrets: {
    'apply of values of the wrong type': faultOfTheCaller,
    'apply of unknown fields, refused': faultOfTheCaller,
  },
  reviews: {
    'may I both': 'a real server shows the fields of a Go structure',
  },
  definitions: {
    'as a table': 'times in tables of compiled-in kinds are texts here, with the same cells',
    'a status that keeps no version':
      'a real server puts the storage version back before it looks at the status; ours does afterwards',
    'a status where there is none': 'a real server warns of a version even where there is nothing',
    'what was stored in it is still there':
      'a real server cannot convert what the books of the object say of a version that is gone',
    'is deleted': noGrace,
    'is being deleted': noGrace,
  },
  'definition faults': {
    'versions left out': 'a real server tells a list that is not there from an empty one',
    'a webhook without configuration': noWebhooks,
    'a webhook without client': noWebhooks,
  },
  'rule faults': {
    'an authorizer': 'what follows from the variable that is not there is told too',
  },
  methods: {
    'HEAD of a collection': head,
    'HEAD of an object': head,
    'HEAD of what is not there': head,
    'HEAD of a kind in all namespaces': head,
  },
  discovery: {
    'the version of the server as protobuf': protobufStatus,
    'the core group as protobuf': jsonOnly,
    'the core group as protobuf or JSON': jsonOnly,
    'the groups as protobuf': jsonOnly,
    'the groups as protobuf or JSON': jsonOnly,
    'a group as protobuf': jsonOnly,
    'a group as protobuf or JSON': jsonOnly,
    'a version as protobuf': jsonOnly,
    'a version as protobuf or JSON': jsonOnly,
    'a document as protobuf': jsonOnly,
    'the core group as anything of an application':
      'a real server does not take this wildcard at its compiled-in paths',
    'HEAD of the core group': head,
    'HEAD of the core version': head,
    'HEAD of a version compiled in': head,
    'POST of the groups': noMethod,
    'POST of a group': noMethod,
    'POST of a version': noMethod,
    'POST of the index of documents': noMethod,
    'POST of a document': noMethod,
    'POST of version 2': noMethod,
    'DELETE of the groups': noMethod,
    'DELETE of a group': noMethod,
    'DELETE of a version': noMethod,
    'DELETE of the index of documents': noMethod,
    'DELETE of a document': noMethod,
    'DELETE of version 2': noMethod,
    'a document by its hash': fresh,
    'a document by its hash that is held': fresh,
    'the headers of the index': 'JSON says here that it is JSON, and can be held',
    'which documents of the groups': 'the discovery of a custom group has a document here too',
    'a document of a group': 'the discovery of a custom group has a document here too',
  },
}
