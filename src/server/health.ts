import type { Query } from './query.ts'
import { type Answer, pageNotFound, textAnswer } from './respond.ts'

/** Something that must be so before the server counts as ready. */
export interface HealthCheck {
  readonly name: string
  check(): boolean | Promise<boolean>
}

const ping: HealthCheck = { name: 'ping', check: () => true }

/**
 * Answers `/healthz`, `/livez` and `/readyz` (with `?verbose` and `?exclude=`) and the single checks below them; undefined
 * for other paths. 500 while a check fails, as of a real server: it lives as long as it answers, and is ready when
 * `readiness` is.
 */
export function createHealth(readiness: readonly HealthCheck[]) {
  const endpoints: Readonly<Record<string, readonly HealthCheck[]>> = {
    healthz: [ping],
    livez: [ping],
    readyz: [ping, ...readiness],
  }
  return async (segments: readonly string[], query: Query): Promise<Answer | undefined> => {
    const [endpoint = '', only] = segments
    if (segments.length > 2 || !Object.hasOwn(endpoints, endpoint)) return undefined
    const checks = endpoints[endpoint] as readonly HealthCheck[]
    if (only !== undefined) {
      const check = checks.find((each) => each.name === only)
      if (!check) return pageNotFound
      return (await check.check())
        ? textAnswer(200, 'ok')
        : textAnswer(500, `internal server error: ${only} failed\n`)
    }
    return checkAll(endpoint, checks, query)
  }
}

async function checkAll(endpoint: string, checks: readonly HealthCheck[], query: Query): Promise<Answer> {
  const excluded = new Set(query.all('exclude'))
  const lines: string[] = []
  let healthy = true
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok`)
    } else if (await check.check()) {
      lines.push(`[+]${check.name} ok`)
    } else {
      healthy = false
      lines.push(`[-]${check.name} failed: reason withheld`)
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].sort().map((name) => JSON.stringify(name))
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(',')}`)
  }
  if (!healthy) return textAnswer(500, `${lines.join('\n')}\n${endpoint} check failed\n`)
  return query.get('verbose') === undefined
    ? textAnswer(200, 'ok')
    : textAnswer(200, `${lines.join('\n')}\n${endpoint} check passed\n`)
}
