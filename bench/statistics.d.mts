export function percentile(sorted: ArrayLike<number>, share: number): number
export function median(numbers: readonly number[]): number
export function spread(numbers: readonly number[]): number
export function latencies(durations: readonly number[]): {
  p50: number
  p90: number
  p99: number
  max: number
}
