import type { StreamEvent } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../testing/test-server.ts';
import { EventBus, type Reader } from './event-bus.ts';

const ALL: Reader = { accountId: 'a', sessionId: 's', role: 'viewer', groups: 'all', readsAudit: false };

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
    const subscription = bus.subscribe(ALL, a.sink);
    bus.subscribe(ALL, b.sink);

    bus.publish(finding(1));
    if (subscription !== null) bus.unsubscribe(subscription);
    bus.publish(finding(2));

    expect(a.seen).toEqual([finding(1)]);
    expect(b.seen).toEqual([finding(1), finding(2)]);
  });

  it('keeps what a slow reader missed, in order', () => {
    const bus = new EventBus({ limits: { queue: 10, readers: 1, ofAccount: 10 } });
    let open = false;
    const slow = reader(() => open);
    const subscription = bus.subscribe(ALL, slow.sink);
    for (const n of [1, 2, 3]) bus.publish(finding(n));
    expect(slow.seen).toEqual([finding(1)]);

    open = true;
    subscription?.onDrain();

    expect(slow.seen).toEqual([finding(1), finding(2), finding(3)]);
  });

  it('tells a reader that missed more than fits to refetch everything', () => {
    const bus = new EventBus({ limits: { queue: 2, readers: 1, ofAccount: 10 } });
    let open = false;
    const slow = reader(() => open);
    const subscription = bus.subscribe(ALL, slow.sink);
    for (const n of [1, 2, 3, 4]) bus.publish(finding(n));

    open = true;
    subscription?.onDrain();

    expect(slow.seen).toEqual([finding(1), { type: 'resync' }]);
  });

  it('takes no more readers than its limit', () => {
    const bus = new EventBus({ limits: { queue: 2, readers: 1, ofAccount: 10 } });
    bus.subscribe(ALL, reader(() => true).sink);

    expect(bus.subscribe(ALL, reader(() => true).sink)).toBeNull();
  });

  it('gives one account some of the places, not all', () => {
    const bus = new EventBus({ limits: { queue: 2, readers: 10, ofAccount: 2 } });
    const subscribe = (accountId: string, sessionId: string) =>
      bus.subscribe({ ...ALL, accountId, sessionId }, reader(() => true).sink);
    const first = subscribe('a', 's1');
    expect(subscribe('a', 's2')).not.toBeNull();
    expect(subscribe('a', 's3')).toBeNull();
    expect(subscribe('b', 's4')).not.toBeNull();

    if (first !== null) bus.unsubscribe(first);

    expect(subscribe('a', 's3')).not.toBeNull();
  });
});

describe('readers of some groups', () => {
  const hostOf = (n: number) => (finding(n) as { hostId: string }).hostId;
  const groups = new Map([
    [hostOf(1), 'mine'],
    [hostOf(2), 'other'],
  ]);
  const mine: Reader = { ...ALL, groups: ['mine'] };
  const settled = (seen: readonly StreamEvent[], last: StreamEvent) =>
    eventually(
      () => Promise.resolve(seen),
      (events) => JSON.stringify(events.at(-1)) === JSON.stringify(last),
    );

  it('are told of hosts of these alone, in order, as the groups are now', async () => {
    const now = new Map(groups);
    const bus = new EventBus({
      groupsOf: (ids) => Promise.resolve(new Map(ids.map((id) => [id, now.get(id) ?? '']))),
    });
    const some = reader(() => true);
    const all = reader(() => true);
    bus.subscribe(mine, some.sink);
    bus.subscribe(ALL, all.sink);
    const job: StreamEvent = { type: 'job', id: hostOf(9), orderId: hostOf(8), hostId: hostOf(1) };
    const host: StreamEvent = { type: 'host', id: hostOf(2), what: 'report' };

    for (const event of [finding(2), host, finding(1), finding(3), job]) bus.publish(event);
    await settled(some.seen, job);
    expect(some.seen).toEqual([finding(1), job]);
    expect(all.seen).toEqual([finding(2), host, finding(1), finding(3), job]);

    now.set(hostOf(1), 'other').set(hostOf(2), 'mine');
    bus.publish(finding(1));
    bus.publish(finding(2));
    await settled(some.seen, finding(2));
    expect(some.seen).toEqual([finding(1), job, finding(2)]);
  });

  it('are told to read again, and of nothing else, when the groups cannot be looked up', async () => {
    const failures: unknown[] = [];
    const bus = new EventBus({
      groupsOf: () => Promise.reject(new Error('away')),
      onFailure: (error) => failures.push(error),
    });
    const some = reader(() => true);
    bus.subscribe(mine, some.sink);

    bus.publish(finding(1));

    await settled(some.seen, { type: 'resync' });
    expect(some.seen).toEqual([{ type: 'resync' }]);
    expect(failures).toHaveLength(1);
  });

  it('hear of the audit only where they may read it', () => {
    const bus = new EventBus();
    const without = reader(() => true);
    const auditor = reader(() => true);
    bus.subscribe(ALL, without.sink);
    bus.subscribe({ ...ALL, readsAudit: true }, auditor.sink);

    bus.publish({ type: 'audit' });

    expect(without.seen).toEqual([]);
    expect(auditor.seen).toEqual([{ type: 'audit' }]);
  });
});
