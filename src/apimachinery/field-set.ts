import { requestEntityTooLarge, type StatusError } from './errors.ts'
import {
  canonicalElement,
  compareText,
  type FieldPath,
  type PathElement,
  PathElementError,
  sortElements,
} from './field-path.ts'
import type { JsonObject, JsonValue } from './object.ts'

/**
 * A tree in the form of `fieldsV1`: below each element the node of that place. An empty node is a member of the
 * set; one with children is a member only where it has the entry `.`. Never changed once it is part of a set.
 */
export type FieldNode = { [element: PathElement]: FieldNode }

/**
 * How many fields the managers of an object may own together. Every write of the object goes through them several times,
 * and others wait meanwhile. A real server has no such bound but the length of what it can store.
 */
export const maxOwnedFields = 10_000

export function tooManyOwnedFields(): StatusError {
  return requestEntityTooLarge(`the managers of an object may own at most ${maxOwnedFields} fields`)
}

/** The node of a member without children. */
export const leafNode: FieldNode = Object.freeze({})

/**
 * An immutable set of places in an object: what one manager owns, or what a write changed. It holds the tree of
 * `fieldsV1` itself and shares what it can, so that taking a small set from a large one costs the small one,
 * and a set that loses nothing stays the same value.
 */
export class FieldSet {
  static readonly empty = new FieldSet(leafNode)
  readonly #root: FieldNode
  #size: number | undefined

  private constructor(root: FieldNode) {
    this.#root = root
  }

  static of(...paths: readonly FieldPath[]): FieldSet {
    let root: FieldNode = leafNode
    for (const path of paths) if (path.length > 0) root = unite(root, chain(path))
    return FieldSet.ofNode(root)
  }

  /** The set of a tree that is canonical already: written by `toFieldsV1`, or made by a walk over an object. */
  static ofNode(root: FieldNode | undefined): FieldSet {
    return root === undefined || isBare(root) ? FieldSet.empty : new FieldSet(root)
  }

  /**
   * Reads what a client sent: any order, any spacing. Elements of unknown sort are ignored.
   * Throws PathElementError when it is not `fieldsV1`.
   */
  static fromFieldsV1(fields: JsonValue | undefined): FieldSet {
    if (fields === undefined || fields === null) return FieldSet.empty
    const { '.': _self, ...root } = readNode(fields, 0)
    return FieldSet.ofNode(root)
  }

  /** The tree for `managedFields`; shared, not to be changed. */
  toFieldsV1(): JsonObject {
    return this.#root as JsonObject
  }

  get isEmpty(): boolean {
    return isBare(this.#root)
  }

  get size(): number {
    this.#size ??= countMembers(this.#root)
    return this.#size
  }

  has(path: FieldPath): boolean {
    const node = this.#nodeAt(path)
    return node !== undefined && path.length > 0 && isMember(node)
  }

  /** What lies below `path`, with paths from there on; empty where nothing does. */
  below(path: FieldPath): FieldSet {
    const node = this.#nodeAt(path)
    return node === undefined ? FieldSet.empty : FieldSet.ofNode(childrenOf(node))
  }

  union(other: FieldSet): FieldSet {
    return this.#with(unite(this.#root, other.#root))
  }

  intersection(other: FieldSet): FieldSet {
    return this.#with(intersect(this.#root, other.#root) ?? leafNode)
  }

  /** Without the members of `other`; what lies below a member of `other` stays. */
  difference(other: FieldSet): FieldSet {
    return this.#with(subtract(this.#root, other.#root, false))
  }

  /** Without the members of `other` and all that lies below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#with(subtract(this.#root, other.#root, true))
  }

  /** Only the members that have no member below them. */
  leaves(): FieldSet {
    return this.#with(leavesOf(this.#root))
  }

  equals(other: FieldSet): boolean {
    return equalNodes(this.#root, other.#root)
  }

  /** Every member, in the order in which conflicts are reported: at each level first its members, then what is below. */
  *paths(): Generator<FieldPath> {
    yield* pathsOf(this.#root, [])
  }

  #with(root: FieldNode): FieldSet {
    return root === this.#root ? this : FieldSet.ofNode(root)
  }

  #nodeAt(path: FieldPath): FieldNode | undefined {
    let node: FieldNode = this.#root
    for (const element of path) {
      const next: FieldNode | undefined = Object.hasOwn(node, element) ? node[element] : undefined
      if (next === undefined) return undefined
      node = next
    }
    return node
  }
}

function isBare(node: FieldNode): boolean {
  for (const _element in node) return false
  return true
}

export function isMember(node: FieldNode): boolean {
  return node['.'] !== undefined || isBare(node)
}

/** The same place, as a member of the set or not; undefined when nothing is left of it. */
export function markMember(children: FieldNode | undefined, member: boolean): FieldNode | undefined {
  if (children === undefined || isBare(children)) return member ? leafNode : undefined
  return member ? { '.': leafNode, ...children } : children
}

/** What lies below a node; without children undefined. */
export function childrenOf(node: FieldNode): FieldNode | undefined {
  if (isBare(node)) return undefined
  if (node['.'] === undefined) return node
  const { '.': _self, ...children } = node
  return isBare(children) ? undefined : children
}

/**
 * Elements in the order of `managedFields`, the mark of membership first. Throws a StatusError (413) where there are more
 * than may be owned: nobody need go on then.
 */
export function sortNode(node: FieldNode): FieldNode {
  const elements = Object.keys(node)
  if (elements.length > maxOwnedFields + 1) throw tooManyOwnedFields()
  if (areFieldsInOrder(elements)) return node
  const isMarked = node['.'] !== undefined
  const ordered = sortElements(isMarked ? elements.filter((element) => element !== '.') : elements)
  if (isMarked) ordered.unshift('.')
  if (ordered.every((element, index) => element === elements[index])) return node
  const result: FieldNode = {}
  for (const element of ordered) result[element] = node[element] as FieldNode
  return result
}

/** Mostly there are nothing but fields, and they come in order. */
function areFieldsInOrder(elements: readonly PathElement[]): boolean {
  const start = elements[0] === '.' ? 1 : 0
  for (let index = start; index < elements.length; index++) {
    const element = elements[index] as PathElement
    if (elements.length > 1 && !element.startsWith('f:')) return false
    if (index > start && compareText(elements[index - 1] as string, element) >= 0) return false
  }
  return true
}

function chain(path: FieldPath): FieldNode {
  return path.reduceRight<FieldNode>((below, element) => ({ [element]: below }), leafNode)
}

/** Deeper than any object that a decoder lets in. */
const maxDepth = 10_000

function readNode(fields: JsonValue, depth: number): FieldNode {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields) || depth > maxDepth) {
    throw new PathElementError('fieldsV1 must be an object of objects')
  }
  let node: FieldNode = {}
  const entries = Object.entries(fields)
  if (entries.length > maxOwnedFields + 1) throw tooManyOwnedFields()
  for (const [text, below] of entries) {
    if (text === '.') {
      node['.'] = leafNode
      continue
    }
    const element = canonicalElement(text)
    if (element === undefined) continue
    const child = readNode(below, depth + 1)
    const seen = node[element]
    node[element] = seen === undefined ? child : joined(seen, child)
  }
  node = sortNode(node)
  // `{".": {}}` says no more than `{}`.
  return childrenOf(node) === undefined ? leafNode : node
}

function joined(left: FieldNode, right: FieldNode): FieldNode {
  const leftChildren = childrenOf(left)
  const rightChildren = childrenOf(right)
  const children =
    leftChildren && rightChildren ? unite(leftChildren, rightChildren) : (leftChildren ?? rightChildren)
  return markMember(children, isMember(left) || isMember(right)) as FieldNode
}

/** Both hold children of one place, without the mark. */
function unite(left: FieldNode, right: FieldNode): FieldNode {
  if (left === right || isBare(right)) return left
  if (isBare(left)) return right
  let result: FieldNode | undefined
  let added = false
  for (const element in right) {
    const theirs = right[element] as FieldNode
    const ours = left[element]
    if (ours === undefined) added = true
    const next = ours === undefined ? theirs : uniteNodes(ours, theirs)
    if (next === ours) continue
    result ??= { ...left }
    result[element] = next
  }
  if (result === undefined) return left
  return added ? sortNode(result) : result
}

function uniteNodes(ours: FieldNode, theirs: FieldNode): FieldNode {
  if (ours === theirs || (isBare(theirs) && isMember(ours))) return ours
  return joined(ours, theirs)
}

function intersect(left: FieldNode, right: FieldNode): FieldNode | undefined {
  if (left === right) return left
  const result: FieldNode = {}
  for (const element in left) {
    const ours = left[element] as FieldNode
    const theirs = right[element]
    if (theirs === undefined) continue
    const ourChildren = childrenOf(ours)
    const theirChildren = childrenOf(theirs)
    const children = ourChildren && theirChildren && intersect(ourChildren, theirChildren)
    const node = markMember(children, isMember(ours) && isMember(theirs))
    if (node !== undefined) result[element] = node
  }
  return isBare(result) ? undefined : result
}

/** Walks the smaller set; both hold children of one place, without the mark. */
function subtract(left: FieldNode, right: FieldNode, recursive: boolean): FieldNode {
  let result: FieldNode | undefined
  for (const element in right) {
    const ours = left[element]
    if (ours === undefined) continue
    const next = subtractNodes(ours, right[element] as FieldNode, recursive)
    if (next === ours) continue
    result ??= { ...left }
    if (next === undefined) delete result[element]
    else result[element] = next
  }
  return result ?? left
}

function subtractNodes(ours: FieldNode, theirs: FieldNode, recursive: boolean): FieldNode | undefined {
  const losesSelf = isMember(theirs)
  if (losesSelf && (recursive || isBare(ours))) return undefined
  const member = isMember(ours)
  const children = childrenOf(ours)
  const remaining = children && subtract(children, childrenOf(theirs) ?? leafNode, recursive)
  if (remaining === children && !(member && losesSelf)) return ours
  return markMember(remaining, member && !losesSelf)
}

function leavesOf(node: FieldNode): FieldNode {
  const result: FieldNode = {}
  for (const element in node) {
    const children = childrenOf(node[element] as FieldNode)
    result[element] = children === undefined ? leafNode : leavesOf(children)
  }
  return result
}

function countMembers(children: FieldNode): number {
  let count = 0
  for (const element in children) {
    const node = children[element] as FieldNode
    count += (isMember(node) ? 1 : 0) + countMembers(childrenOf(node) ?? leafNode)
  }
  return count
}

function equalNodes(left: FieldNode, right: FieldNode): boolean {
  if (left === right) return true
  const elements = Object.keys(left)
  if (elements.length !== Object.keys(right).length) return false
  return elements.every((element) => {
    const other = right[element]
    return other !== undefined && equalNodes(left[element] as FieldNode, other)
  })
}

function* pathsOf(children: FieldNode, above: FieldPath): Generator<FieldPath> {
  for (const element in children) {
    if (isMember(children[element] as FieldNode)) yield [...above, element]
  }
  for (const element in children) {
    const below = childrenOf(children[element] as FieldNode)
    if (below !== undefined) yield* pathsOf(below, [...above, element])
  }
}
