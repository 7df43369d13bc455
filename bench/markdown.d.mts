export function tablesOf(run: {
  node: string
  processor: string
  cores: number
  date: string
  rows: readonly Readonly<Record<string, unknown>>[]
}): string
