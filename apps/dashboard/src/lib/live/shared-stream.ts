import { streamEvent } from '@trustfleet/api';
import { z } from 'zod';
import { openStream, type LiveStatus, type StreamHandlers } from './stream.ts';

const NAME = 'trustfleet-events';

const relayed = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: streamEvent }),
  z.object({ kind: z.literal('status'), status: z.enum(['connecting', 'live', 'lost']) }),
  z.object({ kind: z.literal('ask') }),
]);
type Relayed = z.infer<typeof relayed>;

/** Holds the lock, and with it the browser's only stream, until the tab goes or `signal` aborts. */
async function lead(
  url: string,
  channel: BroadcastChannel,
  { handlers, signal }: { readonly handlers: StreamHandlers; readonly signal: AbortSignal },
): Promise<void> {
  let status: LiveStatus = 'connecting';
  const send = (message: Relayed): void => {
    channel.postMessage(message);
  };
  const onAsk = (message: MessageEvent<unknown>): void => {
    if (relayed.safeParse(message.data).data?.kind === 'ask') send({ kind: 'status', status });
  };
  channel.addEventListener('message', onAsk);
  const close = openStream(url, {
    onEvent: (event) => {
      handlers.onEvent(event);
      send({ kind: 'event', event });
    },
    onStatus: (next) => {
      status = next;
      handlers.onStatus(next);
      send({ kind: 'status', status: next });
    },
  });
  // A new leader follows one that is gone: events in between reached nobody.
  send({ kind: 'event', event: { type: 'resync' } });
  await new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
  channel.removeEventListener('message', onAsk);
  close();
}

/**
 * One stream a browser: over HTTP/1.1 the seventh would hang. The tab that holds the Web Lock keeps it and hands
 * events on by BroadcastChannel. Without these two each tab has its own.
 */
export function joinStream(url: string, handlers: StreamHandlers): () => void {
  // Typed as always there; browsers leave `locks` out where the context is not secure.
  const locks = (navigator as Partial<Navigator>).locks;
  if (locks === undefined || typeof BroadcastChannel === 'undefined') return openStream(url, handlers);
  const stop = new AbortController();
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', (message: MessageEvent<unknown>) => {
    const parsed = relayed.safeParse(message.data);
    if (parsed.data?.kind === 'event') handlers.onEvent(parsed.data.event);
    if (parsed.data?.kind === 'status') handlers.onStatus(parsed.data.status);
  });
  channel.postMessage({ kind: 'ask' } satisfies Relayed);
  // What happened between the first paint and this moment reached this tab by no way.
  handlers.onEvent({ type: 'resync' });
  locks
    .request(NAME, { signal: stop.signal }, () => lead(url, channel, { handlers, signal: stop.signal }))
    .catch((error: unknown) => {
      if (!stop.signal.aborted) handlers.onStatus('lost');
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    });
  return () => {
    stop.abort();
    channel.close();
  };
}
