/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Reads the text format, strictly: every family has its HELP and its TYPE before its samples, no sample comes twice,
 * histograms count upwards to their infinite bucket. Throws what is wrong.
 */
export function parseExposition(text: string): readonly Sample[] {
  const samples: Sample[] = []
  const types = new Map<string, string>()
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line)
    if (type) {
      if (types.has(type[1] as string)) throw new Error(`told twice: ${line}`)
      types.set(type[1] as string, type[2] as string)
      continue
    }
    if (/^# HELP [a-zA-Z_:][\w:]* \S/.test(line)) continue
    const sample = readSample(line)
    const identity = line.slice(0, line.lastIndexOf(' '))
    if (seen.has(identity)) throw new Error(`comes twice: ${line}`)
    seen.add(identity)
    if (!types.has(sample.name) && types.get(sample.name.replace(/_(bucket|sum|count)$/, '')) !== 'histogram')
      throw new Error(`has no type: ${line}`)
    const last = samples.at(-1)
    if (sample.name.endsWith('_bucket') && last?.name === sample.name) {
      const isNext = Number.parseFloat(last.labels.le as string) < bound(sample)
      if (isNext && last.value > sample.value) throw new Error(`counts downwards: ${line}`)
    }
    samples.push(sample)
  }
  return samples
}

function bound({ labels: { le } }: Sample): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
}

function readSample(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (!match) throw new Error(`is no sample: ${line}`)
  const [, name = '', inner = '', value = ''] = match
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest)
    if (!label) throw new Error(`has broken labels: ${line}`)
    labels[label[1] as string] = label[2] as string
    rest = rest.slice(label[0].length)
  }
  if (Number.isNaN(Number(value))) throw new Error(`has no value: ${line}`)
  return { name, labels, value: Number(value) }
}
