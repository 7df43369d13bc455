/** How a request travels. */
export type Protocol = 'HTTP/1.1' | 'HTTPS' | 'HTTP/2'

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  /** Default: HTTP/1.1 without TLS. */
  readonly over?: Protocol
  /** Sent as it is, instead of the rest: over HTTPS within TLS. */
  readonly raw?: Buffer
}
