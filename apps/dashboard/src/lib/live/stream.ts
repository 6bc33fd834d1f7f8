import { streamEvent, type StreamEvent } from '@trustfleet/api';

export type LiveStatus = 'connecting' | 'live' | 'lost';

export interface StreamHandlers {
  readonly onEvent: (event: StreamEvent) => void;
  readonly onStatus: (status: LiveStatus) => void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** The server ends every stream after some minutes and the browser is back at once: nothing to tell a reader. */
const LOST_AFTER_MS = 5_000;
const EVENT_NAMES = ['message', 'host', 'job', 'findings', 'audit', 'resync'] as const;

function parseEvent(text: string): StreamEvent | null {
  try {
    const parsed = streamEvent.safeParse(JSON.parse(text));
    // A newer server may say more than this page knows: what it does not understand may have changed anything.
    return parsed.success ? parsed.data : { type: 'resync' };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * One connection to the event stream. The browser repeats a dropped one by itself, but gives up on an HTTP error
 * (a restart behind the proxy), so that is repeated here, with full jitter. After any gap: `resync`.
 */
export function openStream(url: string, { onEvent, onStatus }: StreamHandlers): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let hadGap = false;
  let closed = false;
  let lostTimer: ReturnType<typeof setTimeout> | undefined;
  const reportLoss = (): void => {
    lostTimer ??= setTimeout(() => {
      onStatus('lost');
    }, LOST_AFTER_MS);
  };

  const connect = (): void => {
    if (closed) return;
    if (!hadGap) onStatus('connecting');
    source = new EventSource(url);
    source.onopen = () => {
      failures = 0;
      clearTimeout(lostTimer);
      lostTimer = undefined;
      onStatus('live');
      if (hadGap) onEvent({ type: 'resync' });
      hadGap = false;
    };
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (message: MessageEvent<unknown>) => {
        const event = typeof message.data === 'string' ? parseEvent(message.data) : null;
        if (event !== null) onEvent(event);
      });
    }
    source.onerror = () => {
      hadGap = true;
      reportLoss();
      if (source?.readyState !== EventSource.CLOSED) return;
      // An answer other than the stream, of which EventSource does not tell the status: what the page shows is
      // asked for again, and where the session has ended that leads to the sign-in page.
      onEvent({ type: 'resync' });
      failures += 1;
      timer = setTimeout(connect, Math.random() * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
    };
  };

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    clearTimeout(lostTimer);
    source?.close();
  };
}
