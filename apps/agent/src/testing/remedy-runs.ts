import type { Order } from '@trustfleet/protocol';
import type { DoneWork, OpenedRemedy, RemedyExecutor } from '@trustfleet/repair';

/** A certificate as an order brings it. */
export interface Brought {
  readonly der: Uint8Array;
  readonly sha256: string;
}

const signal = AbortSignal.timeout(600_000);

/** A remedy on one store, as a job of the server would open it; throws with the refusal where it would not. */
export function openOn(executor: RemedyExecutor, { der, sha256 }: Brought, store?: string): OpenedRemedy {
  const parameters = { anchor: sha256, ...(store === undefined ? {} : { store }) };
  const order = { parameters, notBefore: '2026-11-22T09:00:00.000Z' } as unknown as Order;
  const opened = executor.open(order, new Map([[sha256, der]]));
  if ('state' in opened) throw new Error(`${opened.state}: ${opened.detail}`);
  return opened;
}

/** Carries a plan out and answers what a journal keeps of it; `before`: stops when the last step is announced and not begun. */
export async function carryOut(remedy: OpenedRemedy, stop: 'before' | null = null): Promise<DoneWork> {
  const { evidence: before } = await remedy.check('here', signal);
  const planned = await remedy.plan();
  if (planned.kind !== 'change') throw new Error(`no change: ${JSON.stringify(planned)}`);
  const inverses: unknown[] = [];
  for (const step of planned.steps) {
    inverses.push(JSON.parse(JSON.stringify(await step.inverse())));
    if (stop === null) await step.run(signal);
  }
  return { inverses, before };
}

/** What an agent does that finds a run cut off in its journal. */
export async function takeBack(remedy: OpenedRemedy, { inverses }: DoneWork): Promise<void> {
  for (const step of remedy.undo(inverses)) await step.run(signal);
}
