/** A number as Go writes floats: in the fewest digits, with an exponent where it is very small or from a million on. */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value)
  return `${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
}

/** Whether Go's decoder takes a number for one of 64 bits rather than for a float. */
export function isGoInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 63
}
