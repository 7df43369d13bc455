import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml'
import {
  type Decoded,
  DecodeError,
  maxDuplicateFields,
  maxNestingDepth,
  TooManyValuesError,
} from './decode-error.ts'
import type { JsonObject, JsonValue } from './object.ts'
import { isMergeKey, resolveScalar, type YamlScalar } from './yaml-scalar.ts'

/** Until here nearly every node may come out of an alias; with more nodes in all, ever fewer may. */
const fewNodes = 400_000
const manyNodes = 4_000_000

/** How many characters aliases may add to the texts and keys of a document: one long text can be named thousands of times. */
const maxAliasedLength = 3 * 1024 * 1024

/** Makes JSON of one YAML document. */
export class YamlConverter {
  readonly #document: Document
  readonly #path: string[] = []
  readonly #duplicates = new Set<string>()
  readonly #duplicateKeys: string[] = []
  readonly #lineOf: (offset: number) => number
  readonly #maxValues: number
  /** Found when the first alias is met: most documents have none. */
  #targets: ReadonlyMap<Alias, Node> | undefined
  readonly #openAliases = new Set<Node>()
  #nodes = 0
  #values = 0
  #aliasedNodes = 0
  /** Of texts and keys that may still come, in characters. */
  #lengthLeft: number
  #depth = 0

  /**
   * `lineOf` tells on which line (from 1) an offset of the text lies. `maxValues`: how many values the document may
   * unfold to.
   */
  constructor(document: Document, lineOf: (offset: number) => number, maxValues = Number.POSITIVE_INFINITY) {
    this.#document = document
    this.#lineOf = lineOf
    this.#maxValues = maxValues
    this.#lengthLeft = (document.range?.[2] ?? 0) + maxAliasedLength
  }

  convert(): Decoded<JsonValue> {
    const value = this.#value(this.#document.contents)
    return { value, duplicateFields: [...this.#duplicates], duplicateKeys: this.#duplicateKeys }
  }

  #value(node: unknown): JsonValue {
    this.#count()
    if (isAlias(node)) return this.#aliased(node, (target) => this.#value(target))
    this.#countValue()
    if (node === null || node === undefined) return null
    if (isMap(node)) return this.#nested(() => this.#map(node))
    if (isSeq(node))
      return this.#nested(() =>
        node.items.map((item, index) => this.#at(`[${index}]`, () => this.#value(item))),
      )
    if (!isScalar(node)) throw new DecodeError('yaml: unknown sort of node')
    const value = resolveScalar(node as YamlScalar)
    if (typeof value === 'string') this.#countLength(value)
    if (typeof value === 'bigint') return exactInteger(value)
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new DecodeError(
        `json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`,
      )
    }
    return value
  }

  #map(node: YAMLMap): JsonObject {
    const fields = new Map<string, JsonValue>()
    for (const pair of node.items) {
      if (!isPair(pair)) throw new DecodeError('yaml: unknown sort of map entry')
      if (isScalar(pair.key) && isMergeKey(pair.key as YamlScalar)) this.#merge(fields, pair.value)
      else {
        const field = this.#key(pair.key)
        const step = this.#path.length === 0 ? field : `.${field}`
        if (fields.has(field)) this.#noteDuplicate(pair.key, field)
        this.#set(
          fields,
          field,
          this.#at(step, () => this.#value(pair.value)),
        )
      }
    }
    // `fromEntries` defines fields instead of assigning them: `__proto__` is a name like any other.
    return Object.fromEntries(fields)
  }

  #noteDuplicate(key: unknown, field: string): void {
    if (this.#duplicateKeys.length === maxDuplicateFields) return
    const line = this.#lineOf((isScalar(key) ? key.range?.[0] : undefined) ?? 0)
    this.#duplicateKeys.push(`line ${line}: key ${JSON.stringify(field)} already set in map`)
  }

  #set(fields: Map<string, JsonValue>, field: string, value: JsonValue): void {
    const step = this.#path.length === 0 ? field : `.${field}`
    if (fields.has(field) && this.#duplicates.size < maxDuplicateFields) {
      this.#duplicates.add(this.#path.join('') + step)
    }
    fields.set(field, value)
  }

  /** `<<: *defaults`, or a list of such: their fields, unless they are set further down. */
  #merge(fields: Map<string, JsonValue>, node: unknown): void {
    if (isAlias(node)) {
      this.#aliased(node, (target) => this.#merge(fields, target))
      return
    }
    // Of several, the first is the strongest, and what is set last wins.
    if (isSeq(node)) {
      for (const item of node.items.toReversed())
        this.#merge(
          fields,
          mapOnly(item, (alias) => this.#targetOf(alias)),
        )
    } else if (isMap(node)) {
      for (const [field, value] of Object.entries(this.#nested(() => this.#map(node)))) {
        this.#countValue()
        this.#set(fields, field, value)
      }
    } else throw new DecodeError('yaml: map merge requires map or sequence of maps as the value')
  }

  #key(node: unknown): string {
    if (isAlias(node)) return this.#aliased(node, (target) => this.#key(target))
    if (!isScalar(node)) throw new DecodeError('yaml: invalid map key: only scalars can be keys')
    const value = resolveScalar(node as YamlScalar)
    if (value === null) throw new DecodeError('unsupported map key of type null')
    const key = String(value)
    this.#countLength(key)
    return key
  }

  #aliased<T>(alias: Alias, use: (target: Node) => T): T {
    const target = this.#targetOf(alias)
    if (target === undefined) throw new DecodeError(`yaml: unknown anchor '${alias.source}' referenced`)
    if (this.#openAliases.has(target)) {
      throw new DecodeError(`yaml: anchor '${alias.source}' value contains itself`)
    }
    this.#openAliases.add(target)
    const result = use(target)
    this.#openAliases.delete(target)
    return result
  }

  #targetOf(alias: Alias): Node | undefined {
    this.#targets ??= aliasTargets(this.#document)
    return this.#targets.get(alias)
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maxNestingDepth) throw new DecodeError('yaml: exceeded max depth')
    const value = read()
    this.#depth--
    return value
  }

  #at<T>(step: string, read: () => T): T {
    this.#path.push(step)
    const value = read()
    this.#path.pop()
    return value
  }

  #countValue(): void {
    if (++this.#values > this.#maxValues) throw new TooManyValuesError(this.#maxValues)
  }

  #countLength(text: string): void {
    this.#lengthLeft -= text.length
    if (this.#lengthLeft < 0) throw new DecodeError('yaml: document contains excessive aliasing')
  }

  /** Refuses small documents that would unfold into large objects. */
  #count(): void {
    this.#nodes++
    if (this.#openAliases.size > 0) this.#aliasedNodes++
    if (
      this.#aliasedNodes > 100 &&
      this.#nodes > 1000 &&
      this.#aliasedNodes / this.#nodes > allowedShare(this.#nodes)
    ) {
      throw new DecodeError('yaml: document contains excessive aliasing')
    }
  }
}

/**
 * What each alias stands for: the last node before it with its anchor. Found in one pass, as the library's own look-up
 * goes through the document once per alias.
 */
function aliasTargets(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if ('anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

function allowedShare(nodes: number): number {
  if (nodes <= fewNodes) return 0.99
  if (nodes >= manyNodes) return 0.1
  return 0.99 - 0.89 * ((nodes - fewNodes) / (manyNodes - fewNodes))
}

function mapOnly(item: unknown, targetOf: (alias: Alias) => Node | undefined): unknown {
  const target = isAlias(item) ? targetOf(item) : item
  if (!isMap(target)) throw new DecodeError('yaml: map merge requires map or sequence of maps as the value')
  return item
}

function exactInteger(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) && String(number) !== String(value)) {
    throw new DecodeError(
      `integer ${value} cannot be kept exactly: only integers from -9007199254740991 to 9007199254740991 can`,
    )
  }
  return number
}
