import type { StreamEvent } from '@trustfleet/api';

/** First words of the query keys (src/lib/api/reads.ts) that an event may have changed; `null`: all of them. */
export function staleKeys(event: StreamEvent): readonly (readonly unknown[])[] | null {
  switch (event.type) {
    case 'resync':
      return null;
    case 'host':
      return event.what === 'enrolled'
        ? [['hosts'], ['overview']]
        : [['host', event.id], ['hosts'], ['overview'], ['installs']];
    case 'audit':
      return [['audit'], ['accounts'], ['groups'], ['endpoints']];
    case 'findings':
      return [['findings'], ['host', event.hostId], ['hosts'], ['overview'], ['certificate'], ['installs']];
    case 'job':
      return [
        ['job', event.id],
        ['order', event.orderId],
        ['orders'],
        ['jobs'],
        ['host', event.hostId],
        ['overview'],
      ];
  }
}
