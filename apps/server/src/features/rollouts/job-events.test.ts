import { randomUUID } from 'node:crypto';
import type { JobEventOutcome, ReceivedJobEvent } from '@trustfleet/database';
import type { JobEvent } from '@trustfleet/protocol';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { EventBus } from '../events/event-bus.ts';
import { JobEvents } from './job-events.ts';

const event = (index: number): JobEvent => ({
  eventId: randomUUID(),
  jobId: randomUUID(),
  attempt: 1,
  index,
  at: '2026-11-22T10:00:00Z',
  state: 'applying',
  step: null,
  detail: null,
  plan: null,
  before: null,
  after: null,
  undone: null,
  signature: null,
});

/** A database that is away for the first `failures` calls; the real one's end in the middle of a job is e2e's `kill.test`. */
function startWith(failures: number): { events: JobEvents; stored: string[]; calls: () => number } {
  const stored: string[] = [];
  let calls = 0;
  const acceptEvents = (batch: readonly ReceivedJobEvent[]): Promise<JobEventOutcome[]> => {
    calls += 1;
    if (calls <= failures) return Promise.reject(new Error('the database does not answer'));
    stored.push(...batch.map((received) => received.event.eventId));
    return Promise.resolve(
      batch.map((received) => ({
        eventId: received.event.eventId,
        kind: 'applied' as const,
        reason: null,
        job: null,
        stored: true,
        quarantined: false,
      })),
    );
  };
  const events = new JobEvents({
    database: { jobs: { acceptEvents } },
    events: new EventBus(),
    logger: pino({ level: 'silent' }),
    dispatcher: { tellCancel: () => undefined },
    hostKey: () => undefined,
    now: () => new Date(),
    random: () => 0,
  });
  return { events, stored, calls: () => calls };
}

describe('taking job events in', () => {
  it('commits again when the database was away for a moment, and acknowledges only then', async () => {
    const { events, stored } = startWith(3);
    const said = event(1);

    await expect(events.accept(randomUUID(), said)).resolves.toBe(said.eventId);
    expect(stored).toEqual([said.eventId]);
  });

  it('acknowledges nothing when it stays away: the agent will say it again', async () => {
    const { events, stored, calls } = startWith(Infinity);
    const answer = events.accept(randomUUID(), event(1));

    await expect(answer).rejects.toThrow('does not answer');
    expect(stored).toEqual([]);
    expect(calls()).toBe(6);
  });

  it('does not wait for a database when the server ends', async () => {
    const { events } = startWith(Infinity);
    const answer = events.accept(randomUUID(), event(1));
    const refused = expect(answer).rejects.toThrow();

    await events.stop();

    await refused;
  });
});

describe('a host that says things again and again', () => {
  /** Answers every event alike; tells what was logged and what readers were told. */
  function flooded(outcome: Pick<JobEventOutcome, 'kind' | 'job' | 'stored'>) {
    const lines: string[] = [];
    const told: unknown[] = [];
    const bus = new EventBus();
    const reader = {
      accountId: 'a',
      sessionId: 's',
      role: 'viewer',
      groups: 'all',
      readsAudit: false,
    } as const;
    bus.subscribe(reader, { write: (news) => told.push(news) > 0, end: () => undefined });
    const events = new JobEvents({
      database: {
        jobs: {
          acceptEvents: (batch) =>
            Promise.resolve(
              batch.map(({ event: { eventId } }) => ({
                ...outcome,
                eventId,
                reason: null,
                quarantined: false,
              })),
            ),
        },
      },
      events: bus,
      logger: pino({}, { write: (line) => void lines.push(line) }),
      dispatcher: { tellCancel: () => undefined },
      hostKey: () => undefined,
      now: () => new Date(),
      random: () => 0,
    });
    const say = (times: number) =>
      Promise.all(Array.from({ length: times }, (_, index) => events.accept(randomUUID(), event(index + 1))));
    return { say, lines, told };
  }

  it('floods no log with events of jobs that are not its own', async () => {
    const { say, lines } = flooded({ kind: 'foreign', job: null, stored: false });

    await say(1000);

    expect(lines.length).toBeGreaterThan(90);
    expect(lines.length).toBeLessThan(110);
  });

  it('makes no reader read again for what left no row', async () => {
    const job = { id: randomUUID(), orderId: randomUUID(), hostId: randomUUID() };
    const known = { ...job, state: 'applying', tellCancel: false } as const;
    const [again, news] = [
      flooded({ kind: 'duplicate', job: known, stored: false }),
      flooded({ kind: 'applied', job: known, stored: true }),
    ];

    await again.say(50);
    await news.say(1);

    expect(again.told).toEqual([]);
    expect(news.told).toEqual([{ type: 'job', ...job }]);
  });
});
