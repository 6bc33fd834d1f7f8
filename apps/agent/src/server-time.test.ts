import { createFakeClock } from '@trustfleet/testkit';
import { describe, expect, it } from 'vitest';
import { createServerClock, type ServerClockParts, UNKNOWN_BOOT } from './server-time.ts';
import type { StoredServerTime } from './state/server-time-file.ts';

/** A machine that is booted, and whose agent is started again and again. */
function machine() {
  const clock = createFakeClock();
  let stored: StoredServerTime | null = null;
  const start = (change: Partial<ServerClockParts> = {}) =>
    createServerClock({
      bootId: 'boot-1',
      sinceBoot: () => clock.monotonic(),
      wallTime: () => clock.now(),
      stored,
      store: (time) => {
        stored = time;
        return Promise.resolve();
      },
      ...change,
    });
  return { clock, start };
}

const at = (text: string): Date => new Date(`2026-11-22T${text}.000Z`);

describe('server time', () => {
  it('is the signed time plus what was counted since, and unknown before', async () => {
    const { clock, start } = machine();
    const server = start();
    expect(server.now()).toBeNull();
    expect(server.offsetMs()).toBeNull();
    await server.set('2026-11-22T12:00:00.000Z');
    await clock.advance(90_000);

    expect(server.now()).toEqual(at('12:01:30'));
  });

  it('is known again before the first welcome when the agent starts anew', async () => {
    const { clock, start } = machine();
    await start().set('2026-11-22T12:00:00.000Z');
    await clock.advance(3_600_000);

    expect(start().now()).toEqual(at('13:00:00'));
  });

  it.each([new Date('1970-01-01T00:00:00Z'), new Date('2038-01-19T03:14:08Z')])(
    'does not hear of a wall clock that says %s; the difference is told',
    async (wrong) => {
      const { clock, start } = machine();
      const server = start();
      await server.set('2026-11-22T12:00:00.000Z');
      clock.setWallClock(wrong);
      await clock.advance(60_000);

      expect([server.now(), start().now()]).toEqual([at('12:01:00'), at('12:01:00')]);
      expect(server.offsetMs()).toBe(wrong.getTime() - at('12:00:00').getTime());
      expect(start().offsetMs()).toBe(server.offsetMs());
    },
  );

  it('is unknown after another boot, or where the count began anew, until the server says it', async () => {
    const { clock, start } = machine();
    await clock.advance(10_000);
    await start().set('2026-11-22T12:00:00.000Z');
    const others = [
      start({ bootId: 'boot-2' }),
      start({ sinceBoot: () => 5 }),
      start({ bootId: UNKNOWN_BOOT }),
    ];

    expect(others.map((server) => server.now())).toEqual([null, null, null]);
    await others[0]!.set('2026-11-22T12:00:05.000Z');
    expect(others[0]!.now()).toEqual(at('12:00:05'));
  });

  it('never goes back: not with the server’s clock, not over a restart, not over a boot', async () => {
    const { clock, start } = machine();
    const first = start();
    await first.set('2026-11-22T12:00:00.000Z');
    await clock.advance(60_000);
    await first.set('2026-11-22T11:00:00.000Z');
    expect(first.now()).toEqual(at('12:01:00'));
    expect(start().now()).toEqual(at('12:01:00'));
    const rebooted = start({ bootId: 'boot-2' });
    await rebooted.set('2026-11-22T11:30:00.000Z');
    expect(rebooted.now()).toEqual(at('12:01:00'));
    await clock.advance(31 * 60_000 + 1_000);

    expect(rebooted.now()).toEqual(at('12:01:01'));
    expect(rebooted.offsetMs()).toBe(clock.now().getTime() - at('12:01:01').getTime());
  });

  it('gives up a server’s word of years ahead once the server and this machine’s clock agree', async () => {
    const { clock, start } = machine();
    clock.setWallClock(at('12:00:00'));
    const server = start();
    await server.set('2036-11-22T12:00:00.000Z');
    await server.set('2026-11-22T12:00:05.000Z');

    expect([server.now(), start().now()]).toEqual([at('12:00:05'), at('12:00:05')]);
    const rebooted = start({ bootId: 'boot-2' });
    await rebooted.set('2026-11-22T12:00:10.000Z');
    expect(rebooted.now()).toEqual(at('12:00:10'));
  });

  it.each([
    ['a week, and this machine’s clock knows better', '2026-11-22T12:00:00.000Z', '2026-11-15T12:00:00.000Z'],
    [
      'years, and this machine’s clock is nowhere near',
      '1970-01-01T00:00:00.000Z',
      '2016-11-22T12:00:00.000Z',
    ],
    ['some hours, which are waited for', '2026-11-22T02:00:00.000Z', '2026-11-22T02:00:00.000Z'],
  ])('does not follow a server back by %s', async (_how, wall, back) => {
    const { clock, start } = machine();
    const server = start();
    await server.set('2026-11-22T12:00:00.000Z');
    clock.setWallClock(new Date(wall));
    await server.set(back);

    expect([server.now(), start().now()]).toEqual([at('12:00:00'), at('12:00:00')]);
  });
});
