import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64, sha256Hex } from '@trustfleet/signing';
import type { LinkClock } from './types.ts';
import { FAST, jobEvent, LinkLab, section } from './testing/link-lab.ts';

let lab: LinkLab;
beforeEach(async () => {
  lab = await LinkLab.start();
});
afterEach(async () => {
  await lab.close();
});

const now = '2026-11-22T09:00:00Z';
const online = (agent: { link: { state: () => { name: string } } }) =>
  expect.poll(() => agent.link.state().name).toBe('online');

/** Timers run when the test says so, all that wait at once. */
function handClock() {
  let time = 0;
  const waits: { run: () => void }[] = [];
  const clock: LinkClock = {
    now: () => time,
    wallTime: () => new Date(),
    after: (_, run) => {
      const wait = { run };
      waits.push(wait);
      return () => void waits.splice(waits.indexOf(wait), 1);
    },
  };
  const jump = (ms: number): void => {
    time += ms;
    for (const wait of waits.splice(0)) wait.run();
  };
  return { clock, jump };
}

describe('reports', () => {
  it('send digests first and bodies only for what the server lacks', async () => {
    const agent = lab.agent();
    const sections = new Map([
      ['system', section({ os: 'Debian' })],
      ['variables', section({ variables: [] })],
    ]);
    agent.link.setInventory(sections, now);
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(2);
    expect(lab.count('report')).toBe(0);

    const changed = new Map(sections).set('system', section({ os: 'Debian 12' }));
    agent.link.setInventory(changed, now);
    await expect.poll(() => lab.bodies.size).toBe(3);

    expect(lab.seen.messages.find(({ type }) => type === 'report')).toMatchObject({
      sections: { system: changed.get('system')?.digest },
    });
    expect(lab.count('section')).toBe(3);
    expect(agent.problems).toEqual([]);
  });

  it('say nothing for a scan that found nothing new', async () => {
    const agent = lab.agent();
    const sections = new Map([['system', section({ os: 'Debian' })]]);
    agent.link.setInventory(sections, now);
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(1);
    for (let scan = 0; scan < 5; scan += 1) agent.link.setInventory(new Map(sections), now);
    agent.outbox.push(jobEvent(1));
    agent.link.jobEventsChanged();
    await expect.poll(() => lab.events.length).toBe(1);

    expect(lab.count('report')).toBe(0);
    expect(lab.count('section')).toBe(1);
  });

  it('send no body again after the server came back', async () => {
    const agent = lab.agent();
    agent.link.setInventory(new Map([['system', section({ os: 'Debian' })]]), now);
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(1);
    await lab.crash();
    await expect.poll(() => agent.link.state().name).not.toBe('online');
    await lab.listen();
    await expect.poll(() => lab.seen.sessions.length).toBe(2);
    agent.outbox.push(jobEvent(1));
    agent.link.jobEventsChanged();
    await expect.poll(() => lab.events.length).toBe(1);

    expect(lab.count('section')).toBe(1);
    expect(lab.count('report')).toBe(0);
    expect(agent.states).toContain('waiting');
  });

  it('keep one newest report while the server is silent', async () => {
    const time = handClock();
    const agent = lab.agent({ clock: time.clock });
    agent.link.start();
    await online(agent);
    lab.acknowledge = false;
    for (let n = 0; n < 50; n += 1) agent.link.setInventory(new Map([['system', section({ n })]]), now);
    await expect.poll(() => lab.count('report')).toBe(1);
    for (let n = 0; n < 50; n += 1)
      agent.link.setInventory(new Map([['system', section({ n: 1000 + n })]]), now);
    lab.acknowledge = true;
    time.jump(61_000);
    await expect.poll(() => lab.count('section')).toBe(1);

    expect(lab.count('report')).toBe(2);
    expect([...lab.bodies.values()]).toEqual(['{"n":1049}']);
  });

  it('and events that nobody acknowledged are sent again', async () => {
    const time = handClock();
    const agent = lab.agent({ clock: time.clock });
    agent.link.start();
    await online(agent);
    lab.acknowledge = false;
    agent.link.setInventory(new Map([['system', section({ a: 1 })]]), now);
    agent.outbox.push(jobEvent(1));
    agent.link.jobEventsChanged();
    await expect.poll(() => [lab.count('report'), lab.count('jobEvent')]).toEqual([1, 1]);
    lab.acknowledge = true;
    time.jump(61_000);
    await expect.poll(() => [lab.bodies.size, agent.outbox.length]).toEqual([1, 0]);

    expect([lab.count('report'), lab.count('jobEvent')]).toEqual([2, 2]);
  });

  it('answer a gap with the full state', async () => {
    const agent = lab.agent();
    const sections = new Map([
      ['system', section({ a: 1 })],
      ['variables', section({ b: 1 })],
    ]);
    agent.link.setInventory(sections, now);
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(2);
    lab.hub.send(agent.hostId, { type: 'ack', seq: 99, fullState: true });

    await expect
      .poll(() => lab.seen.messages.at(-1))
      .toMatchObject({
        type: 'report',
        sections: { system: sections.get('system')!.digest, variables: sections.get('variables')!.digest },
      });
  });

  it('bring certificates in frames below the limit, and name those that fit in none', async () => {
    const ders = new Map<string, Uint8Array>();
    for (let i = 0; i < 60; i += 1) {
      const der = Buffer.alloc(i === 0 ? 97 * 1024 : 40 * 1024, i + 1);
      ders.set(sha256Hex(der), der);
    }
    const agent = lab.agent({
      certificates: {
        find: (wanted) =>
          Promise.resolve(
            new Map(wanted.flatMap((id) => (ders.has(id) ? [[id, ders.get(id)!] as const] : []))),
          ),
      },
    });
    agent.link.setInventory(
      new Map([['bundles', section({ anchors: [...ders.keys(), 'f'.repeat(64)] })]]),
      now,
    );
    agent.link.start();
    await expect.poll(() => lab.ders.size).toBe(59);

    const [first] = lab.ders.entries().next().value!;
    expect(lab.ders.get(first)).toBe(toBase64(ders.get(first)!));
    expect(lab.count('certificates')).toBeGreaterThan(2);
    expect(agent.codes()).toEqual(['certificateTooLarge']);
    expect(lab.seen.rejections).toEqual([]);
  });

  it('say so when a section is too large, once, and stay connected', async () => {
    const agent = lab.agent();
    const huge = section({ text: 'x'.repeat(950 * 1024) });
    const escaped = section({ text: '"'.repeat(400 * 1024) });
    agent.link.setInventory(
      new Map([
        ['system', huge],
        ['variables', escaped],
        ['bundles', section({ small: true })],
      ]),
      now,
    );
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(1);
    lab.hub.send(agent.hostId, { type: 'ack', wantSections: ['system', 'nonsense'] });
    lab.hub.send(agent.hostId, { type: 'ack', fullState: true });
    await expect.poll(() => lab.count('report')).toBe(1);

    expect(agent.codes()).toEqual(['sectionTooLarge', 'sectionTooLarge']);
    expect(agent.link.state().name).toBe('online');
  });

  it('that break the contract are reported, never sent', async () => {
    const agent = lab.agent();
    agent.link.start();
    await online(agent);
    agent.link.setInventory(new Map([['Not A Name', section({})]]), now);

    await expect.poll(() => agent.codes()).toEqual(['badMessage']);
    expect(lab.seen.rejections).toEqual([]);
  });
});

describe('job events', () => {
  it('wait on disk until acknowledged and are sent again to the next session', async () => {
    const agent = lab.agent();
    lab.acknowledge = false;
    agent.outbox.push(jobEvent(1), jobEvent(2));
    agent.link.start();
    await expect.poll(() => lab.count('jobEvent')).toBe(2);
    expect(agent.outbox).toHaveLength(2);
    await lab.crash();
    lab.acknowledge = true;
    await lab.listen();
    await expect.poll(() => agent.outbox.length).toBe(0);

    expect(lab.count('jobEvent')).toBe(4);
  });

  it('flow in order beyond what may be under way at once', async () => {
    const agent = lab.agent();
    const events = Array.from({ length: 250 }, (_, i) => jobEvent(i + 1));
    agent.outbox.push(...events);
    agent.link.start();
    await expect.poll(() => agent.outbox.length).toBe(0);

    expect(lab.events).toEqual(events.map(({ eventId }) => eventId));
  });
});

describe('the server’s messages', () => {
  const envelope = { payloadType: 't', payload: 'AAAA', signatures: [{ keyid: 'k', sig: 'AAAA' }] };

  it('reach their handlers, a cancel even while its job is being handled', async () => {
    const cancelled: string[] = [];
    const wanted: string[] = [];
    const agent = lab.agent({
      handlers: {
        onJob: () => new Promise(() => undefined),
        onCancel: (jobId) => void cancelled.push(jobId),
        onRequest: (what) => void wanted.push(what),
      },
    });
    agent.link.start();
    await online(agent);
    lab.hub.send(agent.hostId, { type: 'job', order: envelope, job: envelope, artifacts: {} });
    lab.hub.send(agent.hostId, { type: 'cancel', jobId: lab.fleetId });
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });

    await expect.poll(() => [cancelled, wanted]).toEqual([[lab.fleetId], ['scan']]);
  });

  it('whose handler fails are reported and end nothing', async () => {
    const agent = lab.agent({
      handlers: {
        onJob: () => {
          throw new Error('disk full');
        },
        onCancel: () => undefined,
        onRequest: () => Promise.reject(new Error('no')),
      },
    });
    agent.link.start();
    await online(agent);
    lab.hub.send(agent.hostId, { type: 'job', order: envelope, job: envelope, artifacts: {} });
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });

    await expect.poll(() => agent.codes()).toEqual(['handlerFailed', 'handlerFailed']);
    expect(agent.problems[0]?.message).toContain('disk full');
    expect(agent.link.state().name).toBe('online');
  });

  it('carry the signed server time', async () => {
    const welcomes: unknown[] = [];
    const agent = lab.agent({
      handlers: {
        onJob: () => undefined,
        onCancel: () => undefined,
        onRequest: () => undefined,
        onWelcome: (welcome) => void welcomes.push(welcome),
      },
    });
    agent.link.start();
    await online(agent);

    expect(welcomes).toMatchObject([
      {
        heartbeatIntervalMs: 30_000,
        scanIntervalMs: 60_000,
        time: { session: lab.seen.sessions[0]?.sessionId },
      },
    ]);
  });
});

describe('coming and going', () => {
  it('a stop says bye', async () => {
    const agent = lab.agent();
    agent.link.start();
    await online(agent);
    await agent.link.stop('service stopped');

    await expect.poll(() => lab.seen.closes).toEqual([{ end: 'bye', reason: 'service stopped' }]);
    expect(agent.link.state().name).toBe('stopped');
    agent.link.start();
    await online(agent);
  });

  it('a stop while nothing answers is quick too', async () => {
    const agent = lab.agent({
      identity: lab.identity({ address: 'https://127.0.0.1:1' }),
      limits: { ...FAST, backoffBaseMs: 60_000, backoffCapMs: 60_000 },
    });
    agent.link.start();
    await expect.poll(() => agent.link.state().name).toBe('waiting');
    await agent.link.stop('now');

    expect(agent.codes()).toEqual(['unreachable']);
    expect(agent.problems[0]?.message).toMatch(/127\.0\.0\.1:1: nothing listens there/);
  });

  it('a planned restart is waited out as the server says', async () => {
    const delays: number[] = [];
    const agent = lab.agent({
      clock: {
        now: () => performance.now(),
        wallTime: () => new Date(),
        after: (ms, run) => {
          delays.push(ms);
          const timer = setTimeout(run, Math.min(ms, 20));
          return () => {
            clearTimeout(timer);
          };
        },
      },
      random: () => 0,
    });
    agent.link.start();
    await online(agent);
    lab.hub.send(agent.hostId, { type: 'reconnect', afterMs: 12_345, reason: 'update' });
    await expect.poll(() => lab.seen.sessions.length).toBe(2);

    expect(delays).toContain(12_345);
    expect(agent.codes()).toEqual([]);
  });

  it('a host that was removed says what to do and does not hurry', async () => {
    const agent = lab.agent();
    agent.link.start();
    await online(agent);
    lab.forget(agent.hostId);
    lab.hub.disconnect(agent.hostId, 'revoked');
    await expect.poll(() => agent.codes().slice(0, 2)).toEqual(['refusedCredentials', 'refusedCredentials']);

    expect(agent.problems[1]?.message).toMatch(/Enrol this machine again/);
  });

  it('two machines with one identity are told so', async () => {
    const identity = lab.identity();
    const [first, second] = [
      lab.agent({ identity, limits: { ...FAST, backoffCapMs: 60_000 } }),
      lab.agent({ identity }),
    ];
    first.link.start();
    await online(first);
    second.link.start();
    await online(second);
    await expect.poll(() => first.codes()).toEqual(['replaced']);

    expect(first.link.state().name).toBe('waiting');
    expect(lab.seen.closes.map(({ end }) => end)).toEqual(['replaced']);
  });

  it('a busy server’s Retry-After wins over the backoff', async () => {
    await lab.close();
    lab = await LinkLab.start({ limits: { upgradesPerSecond: 0.001, upgradeBurst: 1 } });
    const first = lab.agent();
    first.link.start();
    await online(first);
    const second = lab.agent();
    second.link.start();
    await expect.poll(() => second.link.state().name).toBe('waiting');
    const state = second.link.state();

    expect(second.codes()).toEqual(['serverBusy']);
    expect(state.name === 'waiting' && state.retryAt.getTime() - Date.now()).toBeGreaterThan(500);
  });
});
