/** JSON text as YAML, with the fields in the order of the alphabet, as a real server writes them. */
export async function yamlText(json: string): Promise<string> {
  const { stringify } = await import('yaml')
  // Go reads YAML 1.1, where a bare `yes` or `0644` is not a string.
  return stringify(JSON.parse(json), { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 })
}
