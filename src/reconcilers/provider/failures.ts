import type { InstanceSpec } from '../../schemas/compute/instance-template.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'

/** What the simulated provider fails at. */
export interface Failures {
  /** The first image of the instance that cannot be had. */
  image(spec: InstanceSpec): string | undefined
  location(reference: LocationReference): boolean
}

/**
 * Both are regular expressions: those of images may match any part of an image's name, those of locations match a
 * whole `name` or `namespace/name`. Throws a SyntaxError for one that is none.
 */
export function createFailures(options: {
  images: readonly string[]
  locations: readonly string[]
}): Failures {
  const images = options.images.map((pattern) => new RegExp(pattern))
  const locations = options.locations.map((pattern) => new RegExp(`^(?:${pattern})$`))
  return {
    image: (spec) => imagesOf(spec).find((image) => images.some((pattern) => pattern.test(image))),
    location: ({ namespace, name }) =>
      locations.some((pattern) => pattern.test(name) || pattern.test(`${namespace}/${name}`)),
  }
}

/** The images of the containers, or those that the disks of a virtual machine are filled from. */
function imagesOf(spec: InstanceSpec): string[] {
  const containers = spec.runtime.sandbox?.containers ?? []
  const volumes = spec.volumes ?? []
  return [
    ...containers.map((container) => container.image),
    ...volumes.flatMap((volume) => volume.disk?.template.spec.populator?.image?.name ?? []),
  ]
}
