import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Bundles a script that imports our sources, for `startChild`. Its imports are relative to the root. */
export async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  return outputFiles[0]?.text ?? ''
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly lines: AsyncIterator<string>
  /** Ends it with SIGKILL and waits until it is gone; resolves with the lines that were not read yet. */
  kill(): Promise<string[]>
}

/** A Node process of its own that runs a bundled script. */
export function startChild(code: string, ...parameters: string[]): Child {
  const child = spawn(process.execPath, ['--input-type=module', '-', ...parameters], { cwd: root })
  child.stdin.end(code)
  child.stderr.pipe(process.stderr)
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    lines,
    async kill() {
      child.kill('SIGKILL')
      await exited
      const rest: string[] = []
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value)
      return rest
    },
  }
}
