import { badRequest, type GroupResource, notFound } from '../apimachinery/errors.ts'
import type { Parent, Plane, View } from '../registry/registry.ts'

/** How the URLs of one sort of control plane begin: `segments`, then the id, then `control-plane`. */
export interface ParentPrefix {
  readonly sort: Parent['sort']
  /** `['apis', 'resourcemanager.miloapis.com', 'v1alpha1', 'projects']` */
  readonly segments: readonly string[]
}

/** A parent as a URL names it; whether it exists is another question. */
export interface ParentAddress {
  readonly sort: Parent['sort']
  readonly id: string
  /** Under which group and plural the URL names it, for errors. */
  readonly resource: GroupResource
}

/** Where a request arrives: a plane, what its door shows of it, and whose it is. */
export interface Door {
  readonly plane: Plane
  readonly view?: View
  readonly parent?: Parent
}

/**
 * Finds the control plane of a parent; undefined when it does not exist or is not ready. `within` is the door through
 * which it was addressed (`…/organizations/o/control-plane/…/projects/p/control-plane`): what that door does not
 * show must not be found.
 */
export type ResolveParent = (address: ParentAddress, within: Door) => Promise<Door | undefined>

/** A path, taken apart: the control planes that it passes through, and the Kubernetes path within the last. */
export interface ControlPlanePath {
  readonly parents: readonly ParentAddress[]
  readonly segments: readonly string[]
  /** The segments as a path again: how errors and attributes of access name it. */
  readonly path: string
}

const noParents: readonly ParentAddress[] = []

/**
 * Splits the path of a URL. Each segment is decoded once and must then be an ordinary one, so that no spelling of a
 * path (encoded slashes, dots, double encodings, empty segments) means something else further in: 400 otherwise.
 */
export function parseControlPlanePath(rawPath: string, prefixes: readonly ParentPrefix[]): ControlPlanePath {
  let segments = splitPath(rawPath)
  // datumctl only believes in hosts that end in `.datum.net`; its users append this segment to the address.
  if (segments[0] === 'api.datum.net') segments = segments.slice(1)
  if (!segments.includes('control-plane')) return { parents: noParents, segments, path: joinPath(segments) }

  const parents: ParentAddress[] = []
  for (;;) {
    const address = parentAt(segments, prefixes)
    if (!address) return { parents, segments, path: joinPath(segments) }
    parents.push(address)
    segments = segments.slice(address.length)
  }
}

function parentAt(
  segments: readonly string[],
  prefixes: readonly ParentPrefix[],
): (ParentAddress & { length: number }) | undefined {
  for (const prefix of prefixes) {
    const length = prefix.segments.length
    if (segments[length + 1] !== 'control-plane') continue
    if (!prefix.segments.every((segment, index) => segments[index] === segment)) continue
    const [, group = '', , resource = ''] = prefix.segments
    return {
      sort: prefix.sort,
      id: segments[length] as string,
      resource: { group, resource },
      length: length + 2,
    }
  }
  return undefined
}

function joinPath(segments: readonly string[]): string {
  return `/${segments.join('/')}`
}

function splitPath(rawPath: string): string[] {
  if (!rawPath.startsWith('/')) throw badRequest('the request URL must be a path')
  const end = rawPath.length > 1 && rawPath.endsWith('/') ? rawPath.length - 1 : rawPath.length
  if (end === 1) return []
  const segments = rawPath.slice(1, end).split('/')
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index] as string
    const decoded = segment.includes('%') ? decode(segment) : segment
    if (decoded === '' || decoded === '.' || decoded === '..' || /[/\\%\0]/.test(decoded)) {
      throw badRequest(`the request URL holds a path segment that is not allowed: ${JSON.stringify(segment)}`)
    }
    segments[index] = decoded
  }
  return segments
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest(`the request URL holds a malformed escape: ${JSON.stringify(segment)}`)
  }
}

const root: Door = { plane: 'root' }

/** Walks through the doors of a path; a parent that is not there is a 404 that names it. */
export async function resolveDoor(parents: readonly ParentAddress[], resolve: ResolveParent): Promise<Door> {
  let door = root
  for (const address of parents) {
    // Only what lives at the root has control planes: a project has none inside.
    const found = door.plane === 'root' ? await resolve(address, door) : undefined
    if (!found) throw notFound(address.resource, address.id)
    door = found
  }
  return door
}
