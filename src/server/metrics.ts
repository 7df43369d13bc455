import type { Answer } from './respond.ts'

/**
 * Figures in Prometheus' text format. A client library would cost a fifth of the start; what is needed of one is little:
 * counters, gauges and histograms with labels, written down when somebody asks.
 */
export interface Metrics {
  counter<Label extends string>(name: string, help: string, labels: readonly Label[]): Counter<Label>
  gauge<Label extends string>(name: string, help: string, labels: readonly Label[]): Gauge<Label>
  /** `buckets`: upper bounds in ascending order; the infinite one is added. */
  histogram<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label>
  /** `read` is called before everything is written down: it sets figures that are looked up rather than counted. */
  collect(read: () => void): void
  /** Everything, in the text format. */
  text(): string
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>

export interface Counter<Label extends string> {
  /** The figure of these labels, for who adds to it all the time: finding it costs more than adding. */
  of(labels: Labels<Label>): (amount?: number) => void
  add(labels: Labels<Label>, amount?: number): void
  /** For what somebody else counts. */
  set(labels: Labels<Label>, value: number): void
}

export interface Gauge<Label extends string> {
  /** As a counter's: the returned function adds. */
  of(labels: Labels<Label>): (amount: number) => void
  set(labels: Labels<Label>, value: number): void
  add(labels: Labels<Label>, amount: number): void
}

export interface Histogram<Label extends string> {
  /** As a counter's: the returned function observes. */
  of(labels: Labels<Label>): (value: number) => void
  observe(labels: Labels<Label>, value: number): void
}

/** A name may have as many combinations of labels; further ones are not counted, so that nobody can fill the memory. */
const seriesPerFamily = 10_000

const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** One set of figures. Asking twice for the same name gives the same figures. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>()
  const readers: (() => void)[] = []

  function family(
    name: string,
    help: string,
    type: string,
    labels: readonly string[],
    buckets: readonly number[],
  ) {
    let found = families.get(name)
    if (!found) {
      found = new Family(name, help, type, labels, buckets)
      families.set(name, found)
    }
    return found
  }

  return {
    counter: (name, help, labels) => {
      const series = family(name, help, 'counter', labels, [])
      return {
        of: (values) => series.adder(values),
        add: (values, amount = 1) => series.add(values, amount),
        set: (values, value) => series.set(values, value),
      }
    },
    gauge: (name, help, labels) => {
      const series = family(name, help, 'gauge', labels, [])
      return {
        of: (values) => series.adder(values),
        set: (values, value) => series.set(values, value),
        add: (values, amount) => series.add(values, amount),
      }
    },
    histogram: (name, help, labels, buckets) => {
      const series = family(name, help, 'histogram', labels, buckets)
      return {
        of: (values) => series.observer(values),
        observe: (values, value) => series.observe(values, value),
      }
    },
    collect: (read) => void readers.push(read),
    text() {
      for (const read of readers) read()
      return [...families.values()].map((each) => each.text()).join('')
    },
  }
}

export function metricsAnswer(metrics: Metrics): Answer {
  return {
    status: 200,
    headers: { 'content-type': metricsContentType, 'cache-control': 'no-cache, private' },
    body: metrics.text(),
  }
}

interface Series {
  /** `verb="GET",code="200"` */
  readonly labels: string
  value: number
  /** Histograms: how many observations fell into each bucket alone; the last is the infinite one. */
  readonly counts: number[]
}

class Family {
  readonly #name: string
  readonly #help: string
  readonly #type: string
  readonly #labelNames: readonly string[]
  readonly #buckets: readonly number[]
  readonly #series = new Map<string, Series>()

  constructor(
    name: string,
    help: string,
    type: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ) {
    this.#name = name
    this.#help = help
    this.#type = type
    this.#labelNames = labelNames
    this.#buckets = buckets
  }

  set(labels: Readonly<Record<string, string>>, value: number): void {
    const series = this.#find(labels)
    if (series) series.value = value
  }

  add(labels: Readonly<Record<string, string>>, amount: number): void {
    const series = this.#find(labels)
    if (series) series.value += amount
  }

  observe(labels: Readonly<Record<string, string>>, value: number): void {
    const series = this.#find(labels)
    if (series) this.#count(series, value)
  }

  adder(labels: Readonly<Record<string, string>>): (amount?: number) => void {
    const series = this.#find(labels)
    return (amount = 1) => {
      if (series) series.value += amount
    }
  }

  observer(labels: Readonly<Record<string, string>>): (value: number) => void {
    const series = this.#find(labels)
    return (value) => {
      if (series) this.#count(series, value)
    }
  }

  #count(series: Series, value: number): void {
    series.value += value
    let bucket = 0
    while (bucket < this.#buckets.length && value > (this.#buckets[bucket] as number)) bucket++
    series.counts[bucket] = (series.counts[bucket] as number) + 1
  }

  #find(labels: Readonly<Record<string, string>>): Series | undefined {
    let key = ''
    for (const name of this.#labelNames) key += `${labels[name]}\0`
    const known = this.#series.get(key)
    if (known || this.#series.size >= seriesPerFamily) return known
    const series: Series = {
      labels: this.#labelNames.map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`).join(','),
      value: 0,
      counts: this.#type === 'histogram' ? new Array<number>(this.#buckets.length + 1).fill(0) : [],
    }
    this.#series.set(key, series)
    return series
  }

  text(): string {
    let text = `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} ${this.#type}\n`
    for (const series of this.#series.values()) {
      text +=
        this.#type === 'histogram'
          ? this.#histogramText(series)
          : `${this.#sample('', series.labels, series.value)}`
    }
    return text
  }

  #histogramText({ labels, value, counts }: Series): string {
    let text = ''
    let count = 0
    const before = labels === '' ? '' : `${labels},`
    for (const [index, bound] of [...this.#buckets, '+Inf'].entries()) {
      count += counts[index] as number
      text += this.#sample('_bucket', `${before}le="${bound}"`, count)
    }
    return text + this.#sample('_sum', labels, value) + this.#sample('_count', labels, count)
  }

  #sample(suffix: string, labels: string, value: number): string {
    return `${this.#name}${suffix}${labels === '' ? '' : `{${labels}}`} ${value}\n`
  }
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}
