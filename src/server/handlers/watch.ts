import { notAcceptable } from '../../apimachinery/errors.ts'
import type { Watch, WatchEvent } from '../../registry/registry.ts'
import { watchOptions, watchTimeout } from '../list-options.ts'
import { requireStream } from '../negotiation.ts'
import { viewOf } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { WatchStream } from '../watch-stream.ts'
import type { OpenWatch } from '../watches.ts'

/** Watches that do not last longer end without a last bookmark (milliseconds). */
const bookmarkBeforeEnd = 2_000

/** GET of a collection with `watch=true`: a line of JSON for every event, until somebody has enough. */
export const watch: Handler = async (environment, request) => {
  const { context, resource, info, query, format, reply } = request
  const { registry, watches, requestMetrics, limits, log, responseStarted } = environment
  requireStream(format)
  if (format.shape === 'PartialObjectMetadataList') {
    throw notAcceptable(['application/json;as=PartialObjectMetadata', 'application/json'])
  }
  const options = watchOptions(info, query)
  const timeout = watchTimeout(query) ?? watches.defaultDuration()
  const view = viewOf(environment, request)
  const release = watches.admit(context.user)
  const failed = (error: unknown) =>
    log.error({ err: error, requestId: reply.request.id }, 'a watch failed unexpectedly')
  const stream = new WatchStream({
    view,
    encodings: watches.encodings,
    fanOut: watches.fanOut,
    queueEvents: limits.watchQueueEvents,
    onFailure: failed,
  })
  let handle: Watch | undefined
  let opened = false
  let closed = false

  const bookmark = () => {
    if (!handle || options.allowWatchBookmarks !== true || !stream.idle) return
    deliver([{ type: 'BOOKMARK', revision: handle.revision, initialEventsEnd: false }])
  }
  const open: OpenWatch = {
    tick() {
      stream.checkProgress()
      bookmark()
    },
    end: () => stream.end(),
  }
  // Nobody listens to what a sink throws: a fault of ours ends this watch and is told to the log.
  const deliver = (events: readonly WatchEvent[]) => {
    try {
      stream.push(events)
      openStream()
    } catch (error) {
      failed(error)
      stream.cut()
    }
  }
  const openStream = () => {
    if (opened) return
    opened = true
    const { raw } = reply
    reply.hijack()
    raw.once('close', close)
    raw.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      'audit-id': reply.request.id,
    })
    raw.flushHeaders()
    stream.open(raw)
    watches.add(open)
    requestMetrics.longRunning(info, 1)
    responseStarted(reply)
  }
  const cancelTimeout = watches.deadlines.after(timeout, () => {
    // What a client that comes back can go on from. A real server sends it two seconds before the end.
    if (timeout > bookmarkBeforeEnd) bookmark()
    stream.end()
  })
  const close = () => {
    if (closed) return
    closed = true
    cancelTimeout()
    if (opened) requestMetrics.longRunning(info, -1)
    watches.delete(open)
    stream.close()
    handle?.close()
    release()
  }

  try {
    handle = await registry.watch(context, resource, options, deliver)
  } catch (error) {
    close()
    if (!opened) throw error
    failed(error)
    stream.cut()
    return undefined
  }
  stream.live()
  if (closed) handle.close()
  else openStream()
  return undefined
}
