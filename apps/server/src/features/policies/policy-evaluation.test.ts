import type { Database } from '@trustfleet/database';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { EventBus } from '../events/event-bus.ts';
import { PolicyEvaluation } from './policy-evaluation.ts';

/** A database whose judgement can be broken and which remembers what was written. */
function brokenOnce() {
  const state = { broken: true, judged: [] as string[] };
  const database = {
    policies: {
      list: () =>
        state.broken
          ? Promise.reject(new Error('down'))
          : Promise.resolve([{ id: 'p', name: 'p', rule: 'anchorRequired', parameters: { anchors: [] } }]),
    },
    sections: { facts: () => Promise.resolve(new Map()) },
    admission: { clockOffsets: () => Promise.resolve(new Map()) },
    endpoints: { ofHosts: () => Promise.resolve(new Map()) },
    findings: {
      reconcile: (batch: { hostId: string }[]) => {
        state.judged.push(...batch.map((entry) => entry.hostId));
        return Promise.resolve([]);
      },
    },
  };
  return { state, database: database as unknown as Database };
}

it('judges a host that could not be judged when its report came, with the next one', async () => {
  const { state, database } = brokenOnce();
  const evaluation = new PolicyEvaluation({
    database,
    events: new EventBus(),
    logger: pino({ level: 'silent' }),
    now: () => new Date(0),
  });
  await evaluation.evaluate(['first']);
  expect(state.judged).toEqual([]);

  state.broken = false;
  await evaluation.evaluate(['second']);

  expect(state.judged.sort()).toEqual(['first', 'second']);
  await evaluation.stop();
});
