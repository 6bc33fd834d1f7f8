import type { HostSummary } from '@trustfleet/api';
import {
  SERVER,
  type AuditRecord,
  type Database,
  type JobRef,
  type NamedHost,
  type SeenInstances,
} from '@trustfleet/database';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { KnownHosts } from './host-directory.ts';
import { hostSummaryView } from './host-views.ts';
import { isCloned, withInstance } from './seen-instances.ts';

interface AdmissionOptions {
  readonly database: Database;
  readonly hosts: KnownHosts;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Closes the host's sockets, proved and unproved, within the call; resolves when what came over them before is written. */
  readonly disconnect: (hostId: string) => Promise<void>;
  /** It is in another group now: what counts for it is another list. */
  readonly moved: (hostId: string, groupId: string) => void;
  /** Offers a host what waited for it. */
  readonly offer: (hostId: string) => Promise<void>;
}

function hostRecord(
  action: 'host.revoke' | 'host.release' | 'host.move' | 'host.quarantine',
  { id, name }: NamedHost,
  detail: AuditRecord['detail'],
): AuditRecord {
  return { action, subject: { kind: 'host', id, name }, detail };
}

/** Which hosts may do more than stand in the history: revocation, quarantine, group (protocol.md, "Identity"). */
export class Admission {
  private readonly options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.options = options;
  }

  /**
   * Ends a host for good: once the row is committed its key and secrets are strangers' and its sockets are closed; once this resolves nothing
   * that it sent changes anything any more. A second call changes nothing. @throws ApiProblem 404
   */
  async revoke(viewer: Viewer, hostId: string, reason: string): Promise<HostSummary> {
    requirePlainText({ reason });
    const { database, hosts, disconnect, now } = this.options;
    const ended = await database.change<readonly JobRef[] | null>(
      actorOf(viewer),
      async ({ admission, jobs }) => {
        const at = now();
        const host = await admission.revoke(viewer, { hostId, at });
        if (host === null) return { result: null, audit: [] };
        const open = await jobs.endForRemovedHost(hostId, at);
        return { result: open.jobs, audit: [hostRecord('host.revoke', host, { reason }), ...open.audit] };
      },
    );
    if (ended !== null) {
      hosts.remove(hostId);
      await disconnect(hostId);
      for (const { id, orderId } of ended) this.options.events.publish({ type: 'job', id, orderId, hostId });
      this.changed(hostId);
    }
    return this.summary(viewer, hostId);
  }

  /** Ends a quarantine: jobs are offered again. A host that is in none stays as it is. @throws ApiProblem 404 */
  async release(viewer: Viewer, hostId: string, reason: string): Promise<HostSummary> {
    requirePlainText({ reason });
    const { database, hosts, offer } = this.options;
    const released = await database.change(actorOf(viewer), async ({ admission }) => {
      const host = await admission.release(viewer, hostId);
      if (host === null) return { result: false, audit: [] };
      const detail = { reason, quarantine: host.reason, since: host.since.toISOString() };
      return { result: true, audit: [hostRecord('host.release', host, detail)] };
    });
    const after = await this.summary(viewer, hostId);
    if (!released) return after;
    hosts.update(hostId, { lastInstance: null });
    this.changed(hostId);
    await offer(hostId);
    return after;
  }

  /** @throws ApiProblem 404 where the viewer does not see the host or the group */
  async move(viewer: Viewer, hostId: string, groupId: string): Promise<HostSummary> {
    const { database } = this.options;
    if (!(await database.groups.list(viewer)).some(({ id }) => id === groupId)) throw notFound('group');
    const moved = await database.change(actorOf(viewer), async ({ admission }) => {
      const host = await admission.move(viewer, { hostId, groupId });
      if (host === null) return { result: false, audit: [] };
      const { from, to } = host;
      return { result: true, audit: [hostRecord('host.move', host, { from, to })] };
    });
    if (moved) this.options.moved(hostId, groupId);
    const after = await this.summary(viewer, hostId);
    this.changed(hostId);
    return after;
  }

  /**
   * Notes which run of the agent is here. One that comes back after another means that two machines hold one key: from the second time on
   * the host is in quarantine. What it reports is still taken in, though nobody can tell which of the machines it is about.
   */
  async hello(hostId: string, instance: string): Promise<void> {
    const { database, hosts } = this.options;
    const known = hosts.find(hostId);
    if (known === undefined || known.lastInstance === instance) return;
    const seen = await database.admission.instancesOf(hostId);
    if (seen === null) return;
    const next = withInstance(seen, instance);
    if (!isCloned(next) || !(await this.quarantine(hostId, next)))
      await database.admission.saveInstances(hostId, next);
    hosts.update(hostId, { lastInstance: instance });
  }

  /** False when the host is held already. */
  private async quarantine(hostId: string, seen: SeenInstances): Promise<boolean> {
    const { database, logger, now } = this.options;
    const held = await database.change(SERVER, async ({ admission }) => {
      const host = await admission.quarantine({ hostId, reason: 'cloned', at: now() });
      if (host === null) return { result: false, audit: [] };
      await admission.saveInstances(hostId, seen);
      const detail = { reason: 'cloned', runs: seen.instances.length, returns: seen.returns };
      return { result: true, audit: [hostRecord('host.quarantine', host, detail)] };
    });
    if (!held) return false;
    logger.warn({ hostId, ...seen }, 'two machines hold the key of one host: it is offered nothing any more');
    this.changed(hostId);
    return true;
  }

  private async summary(viewer: Viewer, hostId: string): Promise<HostSummary> {
    const [host] = await this.options.database.hosts.summaries(viewer, [hostId]);
    if (host === undefined) throw notFound('host');
    return hostSummaryView(host);
  }

  private changed(hostId: string): void {
    this.options.events.publish({ type: 'host', id: hostId, what: 'admission' });
  }
}

/** 409 for a change of a host that is no part of the fleet any more. */
export function hostRevoked(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'hostRevoked',
    message: 'This host is revoked: enrol the machine again to manage it.',
  });
}
