import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { StreamEvent } from '@trustfleet/api';
import { ApiProblem } from '../../http/api-problem.ts';
import { permissionsOf, RequirePermission, viewerOf, type Viewer } from '../../http/permission.ts';
import { EventBus, type Subscription } from './event-bus.ts';

const HEARTBEAT_MS = 20_000;
/** A stream ends after this time and the browser opens it again; `StreamWatch` ends it earlier. */
const LIFETIME_MS = 10 * 60_000;
/** A reader that takes nothing does not see its stream end: it is cut off so long after the end. */
const LAST_WORDS_MS = 2_000;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

function end(response: ServerResponse): void {
  if (response.writableEnded) return;
  response.end();
  setTimeout(() => response.destroy(), LAST_WORDS_MS).unref();
}

/** False where nothing more goes out. A write after the end is an error event that nobody hears: it would end this process. */
function write(response: ServerResponse, text: string): boolean {
  return !response.writableEnded && response.write(text);
}

function serve(bus: EventBus, viewer: Viewer, response: ServerResponse): Subscription {
  const { id: accountId, sessionId, role, groups } = viewer;
  const readsAudit = permissionsOf(viewer).has('audit.read');
  const reader = { accountId, sessionId, role, groups, readsAudit };
  const sink = {
    write: (event: StreamEvent) => write(response, `data: ${JSON.stringify(event)}\n\n`),
    end: () => {
      end(response);
    },
  };
  const subscription = bus.subscribe(reader, sink);
  if (subscription === null)
    throw new ApiProblem({
      status: 503,
      code: 'slowDown',
      message: 'Too many event streams are open: close some tabs and reload.',
    });
  return subscription;
}

@Controller()
export class EventsController {
  private readonly bus: EventBus;

  constructor(bus: EventBus) {
    this.bus = bus;
  }

  @Get('/events')
  @RequirePermission('events.read')
  @ApiOperation({ summary: 'Stream of ids of what changed; `resync` means: refetch everything.' })
  @ApiProduces('text/event-stream')
  stream(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    // Left while its session was looked up: its `close` is over, nothing would ever end this stream.
    if (response.destroyed) return;
    // Express serves HEAD too: an answer without a body has nothing to wait for.
    if (request.method === 'HEAD') {
      response.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    const subscription = serve(this.bus, viewerOf(request), response);
    response.on('drain', () => {
      subscription.onDrain();
    });
    response.writeHead(200, STREAM_HEADERS);
    // What happened before this moment is not in the stream: a reader that was here before refetches.
    response.write(`retry: 2000\ndata: ${JSON.stringify({ type: 'resync' } satisfies StreamEvent)}\n\n`);
    const heartbeat = setInterval(() => write(response, ': alive\n\n'), HEARTBEAT_MS);
    const lifetime = setTimeout(() => {
      end(response);
    }, LIFETIME_MS);
    const stop = () => {
      clearInterval(heartbeat);
      clearTimeout(lifetime);
      this.bus.unsubscribe(subscription);
    };
    response.on('close', stop);
    request.on('error', stop);
  }
}
