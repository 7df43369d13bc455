/** Where a command's data and words go, and where answers come from. */
export interface Terminal {
  /** Data: a line on standard output. */
  print(line: string): void
  /** Words for a person: a line on standard error. */
  say(line: string): void
  /** The answer to a question; undefined when nobody can be asked. */
  ask(question: string): Promise<string | undefined>
}

export const processTerminal: Terminal = {
  print: (line) => void process.stdout.write(`${line}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
  async ask(question) {
    if (!process.stdin.isTTY) return undefined
    const { createInterface } = await import('node:readline/promises')
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await lines.question(question)
    } finally {
      lines.close()
    }
  },
}
