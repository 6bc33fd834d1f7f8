import type { AgentHub } from '@trustfleet/agent-hub';
import { SYSTEM, type Database, type Endpoint } from '@trustfleet/database';
import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import type { KnownHosts } from '../fleet/host-directory.ts';

interface HostEndpointsOptions {
  readonly database: Database;
  readonly hosts: KnownHosts;
  readonly logger: Logger;
  /** Made after it: the hub asks it for each welcome. */
  readonly hub: () => Pick<AgentHub, 'sendMany'>;
  /** Judges these hosts anew, soon: a verdict about what is configured no more says nothing. */
  readonly judge: (hostIds: readonly string[]) => void;
}

/** What failed is tried again after this. A host that did not read fast enough is told again; one that is gone hears it with its next welcome. */
const RETRY_MS = 30_000;

/**
 * Which endpoints each host has, from memory: for its welcome, and to tell connected hosts when that changed. The rows are the truth; each
 * host is sent what is true when it is sent, so that an older list never follows a newer one.
 */
export class HostEndpoints {
  private readonly options: HostEndpointsOptions;
  private all: readonly Endpoint[];
  private reading: Promise<void> = Promise.resolve();
  private telling: Promise<void> = Promise.resolve();
  private readonly congested = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  constructor(options: HostEndpointsOptions, all: readonly Endpoint[]) {
    this.options = options;
    this.all = all;
  }

  /** The list of a host; none for a stranger. */
  of(hostId: string): ConfiguredEndpoint[] {
    const group = this.options.hosts.find(hostId)?.groupId;
    return group === undefined ? [] : this.ofGroup(group);
  }

  /** Endpoints changed: resolves when every new welcome says so. Connected hosts whose list changed are told after that. */
  changed(): Promise<void> {
    this.reading = this.reading.then(() => this.read());
    return this.reading;
  }

  /** A host is in another group now. */
  moved(hostId: string, groupId: string): void {
    this.options.hosts.update(hostId, { groupId });
    this.tell([hostId]);
    this.options.judge([hostId]);
  }

  /** Resolves when nobody is being told any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.reading;
    await this.telling;
  }

  private async read(): Promise<void> {
    const { database, hosts, judge, logger } = this.options;
    const before = new Map<string, string>();
    const listOf = (group: string): string => JSON.stringify(this.ofGroup(group));
    const groups = hosts.ids().map((id) => [id, hosts.find(id)?.groupId] as const);
    for (const [, group] of groups)
      if (group !== undefined && !before.has(group)) before.set(group, listOf(group));
    try {
      this.all = await database.endpoints.list(SYSTEM);
    } catch (error) {
      logger.error({ err: error }, 'endpoints could not be read again; this is tried again');
      this.later(() => void this.changed());
      return;
    }
    const changed = new Set(
      [...before].filter(([group, list]) => listOf(group) !== list).map(([group]) => group),
    );
    const concerned = groups.flatMap(([id, group]) =>
      group !== undefined && changed.has(group) ? [id] : [],
    );
    if (concerned.length === 0) return;
    this.tell(concerned);
    judge(concerned);
  }

  private ofGroup(groupId: string): ConfiguredEndpoint[] {
    return this.all
      .filter(({ group }) => group === null || group.id === groupId)
      .map(({ id, name, host, port, clients }) => ({ id, name, host, port, clients: [...clients] }));
  }

  private tell(hostIds: readonly string[]): void {
    this.telling = this.telling.then(async () => {
      if (this.stopped) return;
      const results = await this.options
        .hub()
        .sendMany(hostIds, (hostId) => ({ type: 'endpoints', endpoints: this.of(hostId) }));
      const waiting = this.congested.size > 0;
      for (const [hostId, result] of results) if (result === 'congested') this.congested.add(hostId);
      if (!waiting && this.congested.size > 0)
        this.later(() => {
          this.tellAgain();
        });
    });
  }

  private tellAgain(): void {
    const hostIds = [...this.congested];
    this.congested.clear();
    this.tell(hostIds);
  }

  private later(work: () => void): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, RETRY_MS).unref();
    this.timers.add(timer);
  }
}
