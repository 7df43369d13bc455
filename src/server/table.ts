import { badRequest } from '../apimachinery/errors.ts'
import { formatHumanDuration } from '../apimachinery/human-duration.ts'
import {
  compileJsonPath,
  createPathWork,
  type JsonPath,
  JsonPathError,
  type PathWork,
} from '../apimachinery/json-path.ts'
import type { JsonValue, KubernetesObject } from '../apimachinery/object.ts'
import type { Kind, PrinterColumn, Resource } from '../registry/kind.ts'
import type { Query } from './query.ts'

/** What of the object goes with each row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** Makes the rows of `meta.k8s.io` Tables for one version of a kind. */
export interface TableView {
  readonly columns: readonly TableColumn[]
  /** One cell for each column. `now` is in milliseconds since the epoch. */
  cells(object: KubernetesObject, now: number): readonly JsonValue[]
}

const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name, which no other object of this kind in the same namespace has at the same time.',
  priority: 0,
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'The time since the object was created.',
  jsonPath: '.metadata.creationTimestamp',
}

const views = new WeakMap<Resource, TableView>()

/** The table of a resource: the name, then the columns of its kind; a kind without any shows its age. */
export function tableView(resource: Resource): TableView {
  let view = views.get(resource)
  if (!view) {
    view = createView(resource)
    views.set(resource, view)
  }
  return view
}

function createView({ definition, conversion, kind }: Resource): TableView {
  const readers = readableColumns(definition.columns.length > 0 ? definition.columns : [ageColumn])
  const columns = readers.map(({ column }) => column)
  const named = definition.nameColumn ?? true
  return {
    columns: [...(named ? [nameColumn] : []), ...columns.map((column) => columnDefinition(column, kind))],
    cells(object, now) {
      const computed = definition.cells?.(conversion ? conversion.toStored(object) : object, now)
      const budget: RowBudget = { work: createPathWork(), length: maxRowLength }
      const cells = readers.map(
        ({ column, path }, index) => computed?.[index] ?? readCell(column, path, object, now, budget),
      )
      return named ? [object.metadata.name, ...cells] : cells
    },
  }
}

interface ColumnReader {
  readonly column: PrinterColumn
  readonly path: JsonPath
}

/** The columns as far as their paths can be read: a definition may hold one that cannot. */
function readableColumns(columns: readonly PrinterColumn[]): ColumnReader[] {
  const readers: ColumnReader[] = []
  for (const column of columns) {
    try {
      readers.push({ column, path: compileJsonPath(column.jsonPath) })
    } catch (error) {
      if (error instanceof JsonPathError) break
      throw error
    }
  }
  return readers
}

function columnDefinition(column: PrinterColumn, { origin }: Kind): TableColumn {
  const place =
    origin === 'custom' ? `Custom resource definition column (in JSONPath format): ${column.jsonPath}` : ''
  return {
    name: column.name,
    // Compiled-in kinds write the time that has passed as a text.
    type: origin === 'core' && column.type === 'date' ? 'string' : column.type,
    format: column.format ?? '',
    description: column.description || place,
    priority: column.priority ?? 0,
  }
}

/** What the cells of one row may still take: a definition can have thousands of columns, each of the whole object. */
interface RowBudget {
  readonly work: PathWork
  /** Of the texts in the cells, in characters. */
  length: number
}

const maxRowLength = 64 * 1024

/** Only the first value counts; a value of another type than the column's, or one too many, is an empty cell. */
function readCell(
  column: PrinterColumn,
  path: JsonPath,
  object: KubernetesObject,
  now: number,
  budget: RowBudget,
): JsonValue {
  if (budget.length < 0) return null
  const value = path(object, 1, budget.work)[0]
  if (value === undefined || value === null) return null
  switch (column.type) {
    case 'string': {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      budget.length -= text.length
      return budget.length < 0 ? null : text
    }
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? formatAge(value, now) : null
  }
}

/** The age of something that began at `time` (RFC 3339). */
function formatAge(time: string, now: number): string {
  const start = Date.parse(time)
  return Number.isNaN(start) ? '<invalid>' : formatHumanDuration(now - start)
}

export function includeObjectOf(query: Query): IncludeObject {
  const value = query.get('includeObject') ?? ''
  if (value === '') return 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}
