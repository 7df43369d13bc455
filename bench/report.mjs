// A table for people, as it grows, and the same rows for programs.

const columns = [
  { title: 'what', width: 38, of: (row) => row.what },
  { title: 'server', width: 7, of: (row) => row.server ?? '' },
  { title: 'over', width: 8, of: (row) => row.over ?? '' },
  { title: 'conns', width: 6, of: (row) => row.connections ?? '' },
  { title: 'per second', width: 11, of: (row) => number(row.perSecond, 0) },
  { title: 'p50 ms', width: 9, of: (row) => number(row.p50, 2) },
  { title: 'p99 ms', width: 9, of: (row) => number(row.p99, 2) },
  {
    title: 'spread',
    width: 7,
    of: (row) => (row.spread === undefined ? '' : `±${number(row.spread * 100, 0)}%`),
  },
  { title: 'ratio', width: 6, of: (row) => (row.ratio === undefined ? '' : `${number(row.ratio, 1)}×`) },
  { title: 'cores', width: 6, of: (row) => number(row.serverCores, 2) },
  { title: 'load', width: 6, of: (row) => number(row.generatorCores, 2) },
  { title: 'note', width: 0, of: (row) => row.note ?? '' },
]

/** `print` gets line after line. In the table `cores` and `load` are CPU cores used by the server and by the load generator. */
export function createReport(print) {
  const rows = []
  let section = ''
  let failed = false
  return {
    /** What was measured: one object a line, with the title of its section. */
    rows,
    /** Whether anything went wrong. */
    get failed() {
      return failed
    },
    begin({ node, processor, cores, date }) {
      print(`Node.js ${node}, ${cores} cores (${processor}), ${date}`)
      print(line(columns.map(({ title }) => title)))
    },
    title(text) {
      section = text
      print(`\n${text}`)
    },
    row(row) {
      rows.push({ section, ...row })
      print(line(columns.map(({ of }) => String(of(row)))))
    },
    fail(message) {
      failed = true
      if (message !== undefined) print(message)
    },
  }
}

function line(cells) {
  return columns
    .map(({ width }, index) =>
      index === 0 || width === 0 ? cells[index].padEnd(width) : cells[index].padStart(width),
    )
    .join(' ')
    .trimEnd()
}

function number(value, digits) {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits)
}
