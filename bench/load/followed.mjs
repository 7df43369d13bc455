import { dechunked, Http1Connection } from './http-client.mjs'

/** Follows a collection from now on, on a connection of its own; `take` gets each line. Resolves with how to end it. */
export async function follow(target, path, take) {
  const connection = new Http1Connection(target)
  const list = JSON.parse((await connection.request('GET', `${path}?limit=1`)).body.toString())
  let rest = ''
  const onData = dechunked((chunk) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop()
    for (const line of lines) take(line)
  })
  await connection.stream(`${path}?watch=true&resourceVersion=${list.metadata.resourceVersion}`, onData)
  return () => connection.close()
}
