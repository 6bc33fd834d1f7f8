import type { StreamEvent } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { EventBus } from './event-bus.ts';

const finding = (n: number): StreamEvent => ({
  type: 'findings',
  hostId: `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
});

function reader(accepts: () => boolean) {
  const seen: StreamEvent[] = [];
  return {
    seen,
    sink: { write: (event: StreamEvent) => (seen.push(event), accepts()), end: () => undefined },
  };
}

describe('event bus', () => {
  it('reaches every reader, and none after it left', () => {
    const bus = new EventBus();
    const [a, b] = [reader(() => true), reader(() => true)];
    const subscription = bus.subscribe(a.sink);
    bus.subscribe(b.sink);

    bus.publish(finding(1));
    if (subscription !== null) bus.unsubscribe(subscription);
    bus.publish(finding(2));

    expect(a.seen).toEqual([finding(1)]);
    expect(b.seen).toEqual([finding(1), finding(2)]);
  });

  it('keeps what a slow reader missed, in order', () => {
    const bus = new EventBus({ queue: 10, readers: 1 });
    let open = false;
    const slow = reader(() => open);
    const subscription = bus.subscribe(slow.sink);
    for (const n of [1, 2, 3]) bus.publish(finding(n));
    expect(slow.seen).toEqual([finding(1)]);

    open = true;
    subscription?.onDrain();

    expect(slow.seen).toEqual([finding(1), finding(2), finding(3)]);
  });

  it('tells a reader that missed more than fits to refetch everything', () => {
    const bus = new EventBus({ queue: 2, readers: 1 });
    let open = false;
    const slow = reader(() => open);
    const subscription = bus.subscribe(slow.sink);
    for (const n of [1, 2, 3, 4]) bus.publish(finding(n));

    open = true;
    subscription?.onDrain();

    expect(slow.seen).toEqual([finding(1), { type: 'resync' }]);
  });

  it('takes no more readers than its limit', () => {
    const bus = new EventBus({ queue: 2, readers: 1 });
    bus.subscribe(reader(() => true).sink);

    expect(bus.subscribe(reader(() => true).sink)).toBeNull();
  });
});
