/** What tells one series from another; the metric's name is the label `__name__`. An empty value is no label. */
export type SeriesLabels = Readonly<Record<string, string>>

/** What a series says now. */
export interface Reading {
  readonly labels: SeriesLabels
  readonly value: number
}

/** What a series said at a time (milliseconds since the epoch). */
export interface Sample extends Reading {
  readonly time: number
}
