import type { FieldSet } from '../../apimachinery/field-set.ts'
import type { JsonObject } from '../../apimachinery/object.ts'
import { fieldSetOfType, withNamedFields } from './field-set-of.ts'
import type { MergeType } from './merge-type.ts'
import { removeItems } from './remove-items.ts'

/**
 * Removes from a merged object what an applier said before (`previous`) and nobody owns now (`owned`, with what the
 * applier says this time). What was never the applier's stays, also below something that goes, and then so does the
 * way to it.
 */
export function prune(type: MergeType, merged: JsonObject, previous: FieldSet, owned: FieldSet): JsonObject {
  if (previous.isEmpty) return merged
  const said = withNamedFields(type, previous)
  const given = removeItems(type, merged, said)
  const present = withNamedFields(type, fieldSetOfType(type, merged))
  const claimed = withNamedFields(type, fieldSetOfType(type, given)).union(withNamedFields(type, owned))
  const withOwned = removeItems(type, merged, present.difference(claimed))
  const remaining = withNamedFields(type, fieldSetOfType(type, withOwned))
  return removeItems(type, merged, present.difference(remaining).intersection(said))
}
