import type { Ack } from '@trustfleet/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimAgent } from './agent.ts';
import { ChangingBody, type ChangingSection } from './inventory.ts';

/**
 * `unchanged`: digests that the server knows, one ack. `pythons`, `trustStores`: a body of about 10 KB that nobody has seen; done
 * when the server has acknowledged the body, which it does after the commit.
 */
export interface Exchange {
  readonly kind: 'unchanged' | ChangingSection;
  /** Not counted: until both sides run at their pace. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** So many of the online agents take part. */
  readonly agents: number;
}

interface Parts {
  readonly agents: readonly SimAgent[];
  readonly onAck: (agent: SimAgent, listener: ((ack: Ack) => void) | null) => void;
}

/** Makes bodies differ between runs of one fleet too. */
let version = 0;
const RUN = Date.now().toString(36);

/** Answers reports that were done a second within the counted time. */
export async function exchange(request: Exchange, { agents, onAck }: Parts): Promise<number> {
  const taking = agents.slice(0, request.agents);
  const body = request.kind === 'unchanged' ? null : new ChangingBody(request.kind);
  let done = 0;
  let going = true;
  const send = (agent: SimAgent): number => {
    if (body === null) return agent.report();
    version += 1;
    const changed = agent.report({ [body.name]: body.next(`${RUN}.${version}`) });
    // The body goes out under the number after the report's; its ack is what counts.
    return changed + 1;
  };
  for (const agent of taking) {
    let awaited = 0;
    onAck(agent, (ack) => {
      if (ack.seq !== awaited) return;
      done += 1;
      if (going) awaited = send(agent);
    });
    awaited = send(agent);
  }
  await sleep(request.warmUpSeconds * 1000);
  const before = done;
  const started = performance.now();
  await sleep(request.seconds * 1000);
  const perSecond = ((done - before) * 1000) / (performance.now() - started);
  going = false;
  // What is under way may still end, so that it does not fall into the next measure.
  await sleep(500);
  for (const agent of taking) onAck(agent, null);
  return perSecond;
}
