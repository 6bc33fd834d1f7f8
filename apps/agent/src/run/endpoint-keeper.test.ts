import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_ENDPOINT_FACTS } from '../judge/endpoint-facts.ts';
import { openEndpointKeeper, type EndpointKeeper } from './endpoint-keeper.ts';

const MINUTE = 60_000;
const SITE: ConfiguredEndpoint = {
  id: '00000000-0000-8000-8000-000000000001',
  name: 'Site',
  host: 'studio.example',
  port: 443,
  clients: [],
};
let stateDir: string;
let due: number;
let said: string[];
let keeper: EndpointKeeper;
const open = async (): Promise<EndpointKeeper> =>
  openEndpointKeeper({
    stateDir,
    clockOffsetMs: () => 5,
    onDue: () => (due += 1),
    log: (_level, message) => said.push(message),
  });
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  stateDir = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  due = 0;
  said = [];
  keeper = await open();
});
afterEach(async () => {
  keeper.stop();
  vi.useRealTimers();
  await rm(stateDir, { recursive: true, force: true });
});

const facts = (inMs: number): object => ({ ...NO_ENDPOINT_FACTS, nextAt: Date.now() + inMs });

describe('the keeper of endpoints', () => {
  it('keeps the server’s list, and has them looked at when it changes', async () => {
    expect(keeper.orders()).toEqual({ configured: [], probeAgain: false, clockOffsetMs: 5 });
    await keeper.setConfigured([SITE]);
    await keeper.setConfigured([SITE]);

    expect(due).toBe(1);
    expect((await open()).orders().configured).toEqual([SITE]);
  });

  it('asks again when the schedule says, and goes on where a round failed', async () => {
    await keeper.setConfigured([SITE]);
    keeper.take(facts(15 * MINUTE));
    vi.advanceTimersByTime(14 * MINUTE);
    expect(due).toBe(1);
    vi.advanceTimersByTime(2 * MINUTE);
    expect(due).toBe(2);
    // Nothing was taken in.
    vi.advanceTimersByTime(16 * MINUTE);
    expect(due).toBe(3);
  });

  it('asks never sooner than in a minute, nor later than in an hour, and not at all for nothing', async () => {
    keeper.take(facts(0));
    vi.advanceTimersByTime(120 * MINUTE);
    expect(due).toBe(0);

    await keeper.setConfigured([SITE]);
    keeper.take(facts(-5 * MINUTE));
    vi.advanceTimersByTime(MINUTE - 1);
    expect(due).toBe(1);
    vi.advanceTimersByTime(1);
    expect(due).toBe(2);
    keeper.take(facts(10_000 * MINUTE));
    vi.advanceTimersByTime(60 * MINUTE);
    expect(due).toBe(3);
  });

  it('asks for probes again until a scan has heard it', () => {
    keeper.probeAgain();
    expect(keeper.orders().probeAgain).toBe(true);
    keeper.take('nothing of ours');
    expect(keeper.orders().probeAgain).toBe(true);
    keeper.take(facts(MINUTE));
    expect(keeper.orders().probeAgain).toBe(false);
  });

  it('writes what a scan left, whole, before the agent ends', async () => {
    keeper.take(facts(MINUTE));
    await keeper.flush();

    expect(JSON.parse(await readFile(join(stateDir, 'endpoints.json'), 'utf8'))).toMatchObject({
      format: 1,
      facts: { probes: [] },
    });
    expect((await open()).stored).toEqual(facts(MINUTE));
  });

  it('goes on without a file that is damaged', async () => {
    await writeFile(join(stateDir, 'endpoints.json'), '{"format":1,');

    const opened = await open();

    expect(opened.orders().configured).toEqual([]);
    expect(said.join()).toMatch(/what was known of endpoints is lost/);
  });
});
