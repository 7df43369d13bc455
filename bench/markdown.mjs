/** The tables of a run, one a section, for docs/performance.md. Columns that a section has not are left out. */
export function tablesOf({ node, processor, cores, date, rows }) {
  const sections = groupBy(rows)
  const head = `Measured ${date.slice(0, 10)} on ${cores} cores (${processor}), Node.js ${node}.`
  return [head, ...[...sections].map(([title, lines]) => `**${title}**\n\n${table(lines)}`)].join('\n\n')
}

const columns = [
  ['what', (row) => row.what],
  ['server', (row) => row.server ?? ''],
  ['over', (row) => row.over ?? ''],
  ['connections', (row) => row.connections ?? ''],
  ['per second', (row) => number(row.perSecond, 0)],
  ['p50 ms', (row) => number(row.p50, 2)],
  ['p99 ms', (row) => number(row.p99, 2)],
  ['spread', (row) => (row.spread === undefined ? '' : `±${number(row.spread * 100, 0)} %`)],
  ['ratio', (row) => (row.ratio === undefined ? '' : `${number(row.ratio, 1)}×`)],
  ['cores', (row) => number(row.serverCores, 2)],
  ['note', (row) => row.note ?? ''],
]

function table(rows) {
  const shown = columns.filter(
    ([title, of]) => title === 'what' || rows.some((row) => String(of(row)) !== ''),
  )
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [
    line(shown.map(([title]) => title)),
    line(shown.map(() => '---')),
    ...rows.map((row) => line(shown.map(([, of]) => of(row)))),
  ].join('\n')
}

function groupBy(rows) {
  const groups = new Map()
  for (const row of rows) groups.set(row.section, [...(groups.get(row.section) ?? []), row])
  return groups
}

function number(value, digits) {
  return value === undefined || value === null || Number.isNaN(value) ? '' : value.toFixed(digits)
}
