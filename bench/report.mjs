// A table for people, as it grows.

const columns = [
  { title: 'what', width: 34, of: (row) => row.what },
  { title: 'over', width: 8, of: (row) => row.over ?? '' },
  { title: 'conns', width: 6, of: (row) => row.connections ?? '' },
  { title: 'per second', width: 12, of: (row) => number(row.perSecond, 0) },
  { title: 'p50 ms', width: 9, of: (row) => number(row.p50, 2) },
  { title: 'p99 ms', width: 9, of: (row) => number(row.p99, 2) },
  {
    title: 'spread',
    width: 7,
    of: (row) => (row.spread === undefined ? '' : `±${number(row.spread * 100, 0)}%`),
  },
  { title: 'server', width: 7, of: (row) => number(row.serverCores, 2) },
  { title: 'load', width: 6, of: (row) => number(row.generatorCores, 2) },
  { title: 'note', width: 0, of: (row) => row.note ?? '' },
]

function number(value, digits) {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits)
}

/** Prints the head; `server` and `load` are CPU cores used by the server and by the load generator. */
export function printHead() {
  console.log(columns.map(({ title, width }, index) => pad(title, width, index)).join(' '))
}

export function printRow(row) {
  console.log(
    columns
      .map(({ of, width }, index) => pad(String(of(row)), width, index))
      .join(' ')
      .trimEnd(),
  )
}

export function printTitle(text) {
  console.log(`\n${text}`)
}

function pad(text, width, index) {
  return index === 0 || width === 0 ? text.padEnd(width) : text.padStart(width)
}
