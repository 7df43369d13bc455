import {
  childrenOf,
  type FieldNode,
  FieldSet,
  isMember,
  leafNode,
  markMember,
} from '../../apimachinery/field-set.ts'
import { getOrInsert } from '../../apimachinery/get-or-insert.ts'
import type { MergeType } from './merge-type.ts'

/**
 * The set as the schema of today means it: where a list or map has become atomic since the set was written, who owned
 * parts of it owns the whole. Returns the same set when nothing changes.
 */
export function reconcileFieldSet(type: MergeType, fields: FieldSet): FieldSet {
  const known = getOrInsert(fitting, type, () => new WeakSet<FieldSet>())
  if (known.has(fields)) return fields
  const root = fields.toFieldsV1() as FieldNode
  const next = reconcileBelow(type, root)
  if (next !== root) return FieldSet.ofNode(next)
  known.add(fields)
  return fields
}

/** Sets that were found to fit a type: those of others come with every write of an object. */
const fitting = new WeakMap<MergeType, WeakSet<FieldSet>>()

function reconcileBelow(type: MergeType, children: FieldNode): FieldNode {
  const { map, scalar, list } = type
  if (map ? map.deduced : scalar !== undefined) return children
  let result: FieldNode | undefined
  for (const element in children) {
    const node = children[element] as FieldNode
    const below = childrenOf(node)
    if (below === undefined) continue
    const typeBelow = map ? map.fieldType(element.startsWith('f:') ? element.slice(2) : '') : list?.element()
    if (typeBelow === undefined) continue
    const next = becameAtomic(typeBelow)
      ? leafNode
      : reconciledNode(node, below, reconcileBelow(typeBelow, below))
    if (next === node) continue
    result ??= { ...children }
    result[element] = next
  }
  return result ?? children
}

function becameAtomic({ map, scalar, list }: MergeType): boolean {
  if (map) return map.atomic && !map.deduced
  return scalar === undefined && list?.atomic === true
}

function reconciledNode(node: FieldNode, before: FieldNode, after: FieldNode): FieldNode {
  return before === after ? node : (markMember(after, isMember(node)) as FieldNode)
}
