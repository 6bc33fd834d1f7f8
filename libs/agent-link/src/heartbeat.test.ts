import { describe, expect, it } from 'vitest';
import { LinkLab } from './testing/link-lab.ts';
import type { LinkClock } from './types.ts';

describe('the heartbeat', () => {
  it('says at once, and then with each, what moves by itself', async () => {
    const lab = await LinkLab.start({ heartbeatIntervalMs: 1_000 });
    let offset = 0;
    try {
      const heartbeat = () => ({ clockOffsetMs: (offset += 1_000) });
      lab.agent({ heartbeat }).link.start();
      await expect
        .poll(() => lab.seen.messages.slice(0, 2), { timeout: 5_000 })
        .toEqual([
          { type: 'heartbeat', clockOffsetMs: 1_000 },
          { type: 'heartbeat', clockOffsetMs: 2_000 },
        ]);
    } finally {
      await lab.close();
    }
  });

  it.each([
    ['1 ms', 1, 900, 1_100],
    ['more than a timer holds', 2 ** 40, 3_240_000, 3_960_000],
  ])('keeps within bounds when the server orders %s', async (...[, heartbeatIntervalMs, least, most]) => {
    const rude = await LinkLab.start({ heartbeatIntervalMs });
    const waits: number[] = [];
    const clock: LinkClock = {
      now: () => 0,
      wallTime: () => new Date(),
      after: (ms) => {
        waits.push(ms);
        return () => undefined;
      },
    };
    try {
      rude.agent({ clock }).link.start();
      await expect.poll(() => waits.filter((ms) => ms >= least && ms <= most)).not.toHaveLength(0);
      expect(waits.filter((ms) => ms < 900 || ms > 3_960_000)).toEqual([]);
    } finally {
      await rude.close();
    }
  });
});

describe('an error of this agent itself', () => {
  it('costs the connection, not the link', async () => {
    const lab = await LinkLab.start();
    let asked = 0;
    try {
      const agent = lab.agent({
        heartbeat: () => {
          asked += 1;
          if (asked === 1) throw new Error('no such file');
          return {};
        },
      });
      agent.link.start();
      await expect.poll(() => lab.seen.sessions.length).toBe(2);
      await expect.poll(() => agent.link.state().name).toBe('online');

      expect(agent.problems).toMatchObject([
        { code: 'handlerFailed', message: expect.stringContaining('no such file') as string },
      ]);
    } finally {
      await lab.close();
    }
  });
});
