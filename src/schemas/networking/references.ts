import { object, optional, type Static, text } from '../field.ts'

/** Names a Location of the same project. */
export function locationReference(description: string) {
  return object(description, {
    namespace: text('The namespace of the Location.'),
    name: text('The name of the Location.'),
  })
}

export type LocationReference = Static<ReturnType<typeof locationReference>>

/** Names a Network of the same project. */
export function networkReference(description: string) {
  return object(description, {
    namespace: optional(
      text('The namespace of the Network; left out, it is that of the object that refers to it.'),
    ),
    name: text('The name of the Network.'),
  })
}

/** Names a Network in the namespace of the object that refers to it. */
export function localNetworkReference(description: string) {
  return object(description, { name: text('The name of the Network.') })
}

/** Names a NetworkContext in the namespace of the object that refers to it. */
export function localNetworkContextReference(description: string) {
  return object(description, { name: text('The name of the NetworkContext.') })
}
