import { setTimeout as sleep } from 'node:timers/promises';
import type { HubLab } from './hub-lab.ts';
import type { RawAgent, RawHost } from './raw-agent.ts';

const REPORT_EVERY_MS = 50;

interface GoodAgent {
  readonly host: RawHost;
  readonly agent: RawAgent;
  sent: number;
  readonly acknowledged: Set<number>;
  closed: boolean;
}

/** Agents that report all the time, while others misbehave beside them. The lab's handler acknowledges by `seq`. */
export class GoodAgents {
  readonly #agents: GoodAgent[] = [];
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  static async start(lab: HubLab, count: number): Promise<GoodAgents> {
    const good = new GoodAgents();
    for (let n = 0; n < count; n += 1) {
      const { agent, host } = await lab.connected();
      const one: GoodAgent = { host, agent, sent: 0, acknowledged: new Set(), closed: false };
      void agent.closed.then(() => {
        one.closed = true;
      });
      good.#agents.push(one);
    }
    good.#running = Promise.all(
      good.#agents.map((one) => Promise.race([good.#report(one), good.#read(one)])),
    );
    return good;
  }

  get hostIds(): string[] {
    return this.#agents.map(({ host }) => host.hostId);
  }

  /** Reports sent and acknowledged, and how many agents lost their connection. */
  count(): { agents: number; sent: number; acknowledged: number; lost: number } {
    return {
      agents: this.#agents.length,
      sent: this.#agents.reduce((sum, { sent }) => sum + sent, 0),
      acknowledged: this.#agents.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
      lost: this.#agents.filter(({ closed }) => closed).length,
    };
  }

  /** No new reports; those under way may still be acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #report(one: GoodAgent): Promise<void> {
    while (!this.#stopped && !one.closed) {
      one.sent += 1;
      one.agent.send({
        type: 'report',
        seq: one.sent,
        sections: { system: one.sent.toString(16).padStart(64, '0') },
        scannedAt: '2026-11-22T09:00:00Z',
      });
      if (one.sent % 10 === 0) one.agent.send({ type: 'heartbeat', uptimeSeconds: one.sent });
      await sleep(REPORT_EVERY_MS);
    }
  }

  async #read(one: GoodAgent): Promise<void> {
    for (;;) {
      const message = await one.agent.next();
      if (message.type === 'ack' && message.seq !== undefined) one.acknowledged.add(message.seq);
    }
  }
}
