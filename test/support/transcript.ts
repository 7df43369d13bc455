/**
 * Transcripts: Markdown whose `console` blocks say what a user types and what comes back.
 *
 *     ```console
 *     $ kubectl get instances
 *     NAME        …   READY
 *     web-dfw-0   …   True
 *     ```
 *
 * A line that begins with `$ ` is typed, `> ` carries it on; what follows is the answer, both streams together.
 * `…` stands for anything within a line, alone on a line for any lines. Runs of spaces count as one, since
 * the width of a column depends on what is in the others.
 */
export interface Step {
  readonly command: string
  readonly expected: readonly string[]
  /** Of the command, counted from 1. */
  readonly line: number
}

export function parseTranscript(text: string): Step[] {
  const steps: { command: string; expected: string[]; line: number }[] = []
  let inside = false
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) {
      inside = !inside && line.trim() === '```console'
      continue
    }
    if (!inside) continue
    const current = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [], line: index + 1 })
    else if (line.startsWith('> ') && current && current.expected.length === 0)
      current.command += `\n${line.slice(2)}`
    else if (current) current.expected.push(line)
  }
  return steps
}

/** The options of a scenario, for the fixture: a JSON object in a comment at its top. */
export function transcriptOptions(text: string): Record<string, unknown> {
  const found = /<!--\s*options:\s*(\{[\s\S]*?\})\s*-->/.exec(text)
  return found ? (JSON.parse(found[1] as string) as Record<string, unknown>) : {}
}

/** Whether what came back is what the transcript says. */
export function matchesTranscript(expected: readonly string[], actual: string): boolean {
  const lines = actual.split('\n').map(squeeze)
  while (lines.at(-1) === '') lines.pop()
  const wanted = expected.map(squeeze)
  while (wanted.at(-1) === '') wanted.pop()
  return matchLines(wanted, lines)
}

function matchLines(wanted: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = wanted
  if (first === undefined) return lines.length === 0
  if (first === '…') {
    return Array.from({ length: lines.length + 1 }, (_, skipped) => skipped).some((skipped) =>
      matchLines(rest, lines.slice(skipped)),
    )
  }
  return lines[0] !== undefined && lineMatches(first, lines[0]) && matchLines(rest, lines.slice(1))
}

function lineMatches(wanted: string, line: string): boolean {
  const parts = wanted.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(line)
}

function squeeze(line: string): string {
  return line.replace(/\s+/g, ' ').trimEnd()
}
