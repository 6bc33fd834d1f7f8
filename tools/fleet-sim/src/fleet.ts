import { SimAgent, newCounts, type SimCounts } from './agent.ts';
import { shareTls, type SharedTls } from './connection.ts';
import type { SimHost, SimServer } from './identity.ts';
import { baseSections } from './inventory.ts';
import { exchange, type Exchange } from './load.ts';
import type { Ack } from '@trustfleet/protocol';

export interface FleetOptions {
  readonly server: SimServer;
  readonly hosts: readonly SimHost[];
  /** Remedies that the hosts' allow-lists permit. */
  readonly permits?: readonly string[];
  readonly random?: () => number;
}

export interface FleetState {
  readonly agents: number;
  readonly online: number;
  readonly counts: Readonly<SimCounts>;
}

/** Many agents of one process. */
export class SimFleet {
  readonly agents: readonly SimAgent[];
  private readonly counts: SimCounts = newCounts();
  private readonly tls: SharedTls;
  private readonly listeners = new Map<string, (ack: Ack) => void>();
  private onlineNow = 0;

  constructor({ server, hosts, permits, random }: FleetOptions) {
    this.tls = shareTls(server);
    this.agents = hosts.map(
      (host) =>
        new SimAgent({
          host,
          tls: this.tls,
          counts: this.counts,
          sections: baseSections(host.name),
          ...(permits === undefined ? {} : { permits }),
          ...(random === undefined ? {} : { random }),
          onOnline: () => {
            this.onlineNow += 1;
          },
          onOffline: () => {
            this.onlineNow -= 1;
          },
          onAck: (ack) => this.listeners.get(host.hostId)?.(ack),
        }),
    );
  }

  get state(): FleetState {
    return { agents: this.agents.length, online: this.onlineNow, counts: { ...this.counts } };
  }

  /** Starts agents one after the other, `perSecond` of them. */
  start(perSecond: number): void {
    this.agents.forEach((agent, index) => {
      agent.start((index * 1000) / perSecond);
    });
  }

  stop(): void {
    for (const agent of this.agents) agent.stop();
  }

  /** Every online agent reports again and again, each as soon as its last report is done; see `Exchange`. */
  async load(request: Exchange): Promise<number> {
    return await exchange(request, {
      agents: this.agents.filter((agent) => agent.online),
      onAck: (agent, listener) => {
        if (listener === null) this.listeners.delete(agent.host.hostId);
        else this.listeners.set(agent.host.hostId, listener);
      },
    });
  }
}
