// Numbers of many measurements in a few.

/** The value below which `share` (0 to 1) of the sorted numbers lie. */
export function percentile(sorted, share) {
  if (sorted.length === 0) return Number.NaN
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

export function median(numbers) {
  return percentile(
    [...numbers].sort((one, other) => one - other),
    0.5,
  )
}

/** Half the distance between the least and the greatest, as a share of the median. */
export function spread(numbers) {
  return (Math.max(...numbers) - Math.min(...numbers)) / 2 / median(numbers)
}

/** p50, p90, p99 and the greatest of durations in milliseconds. */
export function latencies(durations) {
  const sorted = Float64Array.from(durations).sort()
  return {
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
  }
}
