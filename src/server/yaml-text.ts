/** JSON text as YAML, with the fields in the order of the alphabet, as a real server writes them. */
export async function yamlText(json: string): Promise<string> {
  const write = await loadWriter()
  return write(JSON.parse(json))
}

/** Writes a list item by item, so that nobody waits for a long one: the text is the same as that of the whole. */
export interface YamlList {
  /** All before the first item. */
  readonly open: string
  item(json: string): string
  /** All behind the last item. */
  readonly close: string
}

/** `empty` is the JSON text of the list without items, and not without its field for them. */
export async function yamlList(empty: string): Promise<YamlList> {
  const write = await loadWriter()
  const frame = write(JSON.parse(empty))
  // At the beginning of a line: what is below, such as the description of a column, is indented or behind a dash.
  const start = frame.search(/(?<=^(?:items|rows):) \[\]$/m)
  return {
    open: `${frame.slice(0, start)}\n`,
    item: (json) => write([JSON.parse(json)]),
    close: frame.slice(start + ' []\n'.length),
  }
}

/** The library is loaded when somebody asks for YAML. */
async function loadWriter(): Promise<(value: unknown) => string> {
  const { stringify } = await import('yaml')
  // Go reads YAML 1.1, where a bare `yes` or `0644` is not a string.
  return (value) => stringify(value, { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 })
}
