const marker = Buffer.from('{"type":"ADDED"')
const nameField = Buffer.from('"name":"')
const quote = 0x22

/**
 * Returns a function that takes the body of a watch in pieces, cut anywhere, and calls `take` with the name of each object
 * that was added. Nothing is parsed, as hundreds of streams come through one process: the first `"name"` of an object is
 * the one in its metadata, since labels, annotations and managed fields before it have other keys or escaped quotes.
 */
export function addedNames(take) {
  let rest
  return (piece) => {
    const data = rest === undefined ? piece : Buffer.concat([rest, piece])
    rest = undefined
    let at = 0
    for (;;) {
      const event = data.indexOf(marker, at)
      if (event === -1) break
      const name = data.indexOf(nameField, event)
      const begin = name + nameField.length
      const end = name === -1 ? -1 : data.indexOf(quote, begin)
      if (end === -1) {
        rest = Buffer.from(data.subarray(event))
        return
      }
      take(data.toString('latin1', begin, end))
      at = end
    }
    // The marker itself may be cut in two.
    const tail = Math.max(at, data.length - marker.length + 1)
    if (tail < data.length) rest = Buffer.from(data.subarray(tail))
  }
}
