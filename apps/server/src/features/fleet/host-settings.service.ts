import { randomBytes, randomUUID } from 'node:crypto';
import type { AgentSession, OutgoingMessage } from '@trustfleet/agent-hub';
import type { changeHostSettings, HostSettingView } from '@trustfleet/api';
import type {
  AuditRecord,
  Database,
  HostSetting,
  HostSettingCreation,
  HostSettingWithdrawal,
} from '@trustfleet/database';
import type { SettingsResult } from '@trustfleet/protocol';
import { hashAgentSecret } from '@trustfleet/signing';
import type { z } from 'zod';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { hostRevoked } from './admission.service.ts';
import type { FleetKeySet } from './fleet-key-set.ts';
import type { KnownHosts } from './host-directory.ts';

interface HostSettingsOptions {
  readonly database: Database;
  readonly hosts: KnownHosts;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly keySet: FleetKeySet;
  readonly now: () => Date;
  /** The host's proved socket, if it has one. */
  readonly session: (hostId: string) => AgentSession | undefined;
}

type SettingsMessage = Extract<OutgoingMessage, { type: 'settings' }>;

/** A change that waits for its host. */
interface Waiting {
  readonly setting: HostSetting;
  /**
   * Its leaving, once that has begun. The secret is made then, and kept in this process's memory only: whoever sends the change again, the
   * host's hello beside the order for it, sends the same one. A second secret would void the first, which the host may be trying by now.
   */
  readonly left: Promise<Left | null> | null;
}

/** What the host is told beside what stands in the setting. */
interface Left {
  readonly secret: string | null;
}

/**
 * Changes of agents' own connections, and newer key sets: sent while a host is here and at its next hello, until it says what became of them
 * (protocol.md `settings`). While a secret changes both are good; the agent's word, over the socket that the new one let in, ends the old one.
 */
export class HostSettings {
  private readonly options: HostSettingsOptions;
  private readonly waiting = new Map<string, Waiting>();
  /** The `settings` that brought a host the key set, by host. */
  private readonly keySetsSent = new Map<string, string>();
  /** The change that went over a socket: the hello and the order for it, which may come together, both offer it. */
  private readonly sentOver = new WeakMap<AgentSession, string>();

  constructor(options: HostSettingsOptions, pending: readonly HostSetting[]) {
    this.options = options;
    for (const setting of pending) this.waiting.set(setting.hostId, { setting, left: null });
  }

  /** @throws ApiProblem 404, 409 `settingsPending` where another change waits, 409 `hostRevoked` */
  async create(
    viewer: Viewer,
    hostId: string,
    change: z.infer<typeof changeHostSettings>,
  ): Promise<HostSettingView> {
    requirePlainText({ reason: change.reason });
    const { database, now } = this.options;
    const draft = {
      id: randomUUID(),
      hostId,
      newSecret: change.newSecret,
      address: change.address ?? null,
      createdBy: viewer.name,
      createdAt: now(),
    };
    const made = await database.change<HostSettingCreation>(actorOf(viewer), async ({ hostSettings }) => {
      const result = await hostSettings.create(viewer, draft);
      if (result.kind !== 'created') return { result, audit: [] };
      const record = settingRecord('host.settings', result, change.reason);
      return { result, audit: [record] };
    });
    if (made.kind !== 'created')
      throw made.kind === 'taken' ? settingsPending() : await this.whyUnknown(viewer, hostId);
    this.waiting.set(hostId, { setting: made.setting, left: null });
    const session = this.options.session(hostId);
    if (session !== undefined) await this.offer(session);
    this.changed(hostId);
    return settingView(made.setting);
  }

  /**
   * Takes back a change that its host was never told of. One that left for the host stays: the host may keep it at this very moment, and
   * would be locked out when the server had forgotten the secret by which it comes back. So it is refused from the moment on at which
   * the change is committed to leave, long before a socket that the new secret let in or a `kept` can be there.
   * @throws ApiProblem 404, 409 `settingsSent`, 409 `settingsOver` where it is kept, taken back or withdrawn already
   */
  async withdraw(
    viewer: Viewer,
    { hostId, id }: Pick<HostSetting, 'hostId' | 'id'>,
    reason: string,
  ): Promise<HostSettingView> {
    requirePlainText({ reason });
    const { database, now } = this.options;
    const ending = { hostId, id, at: now(), detail: `${viewer.name} withdrew it: ${reason}` };
    const ended = await database.change<HostSettingWithdrawal>(actorOf(viewer), async ({ hostSettings }) => {
      const result = await hostSettings.withdraw(viewer, ending);
      if (result.kind !== 'withdrawn') return { result, audit: [] };
      return { result, audit: [settingRecord('host.withdrawSettings', result, reason)] };
    });
    if (ended.kind !== 'withdrawn') throw WITHDRAWAL_REFUSALS[ended.kind]();
    this.forgetSetting(ended.setting);
    this.changed(hostId);
    return settingView(ended.setting);
  }

  /** @throws ApiProblem 404 */
  async list(viewer: Viewer, hostId: string): Promise<{ items: HostSettingView[] }> {
    const settings = await this.options.database.hostSettings.list(viewer, hostId);
    if (settings.length === 0 && !(await this.sees(viewer, hostId))) throw notFound('host');
    return { items: settings.map(settingView) };
  }

  /** A host is here: one with an older key set gets the fleet's first, since an agent tries one change at a time. */
  async hello(session: AgentSession): Promise<void> {
    const { keySet } = this.options;
    if (session.hello.keySet >= keySet.version) {
      this.keySetsSent.delete(session.hostId);
      await this.offer(session);
      return;
    }
    const id = this.keySetsSent.get(session.hostId) ?? randomUUID();
    this.keySetsSent.set(session.hostId, id);
    this.send(session, { type: 'settings', id, candidate: { keySet: keySet.envelope } });
  }

  /**
   * What became of a change. Answers the id that is to be acknowledged, also for what is late, said twice or unknown: an agent says for ever
   * what nobody acknowledges. Null where it has to be said again over the socket of the secret that it is about.
   */
  async result(session: AgentSession, result: SettingsResult): Promise<string | null> {
    const { hostId } = session;
    if (this.keySetsSent.get(hostId) === result.id) await this.keySetResult(session, result);
    else if (!(await this.settingResult(session, result))) return null;
    return result.id;
  }

  /** A host that is revoked gets nothing any more. */
  forget(hostId: string): void {
    this.waiting.delete(hostId);
    this.keySetsSent.delete(hostId);
  }

  /** One that waits no more; another one of the host stays. */
  private forgetSetting({ hostId, id }: Pick<HostSetting, 'hostId' | 'id'>): void {
    if (this.waiting.get(hostId)?.setting.id === id) this.waiting.delete(hostId);
  }

  private async keySetResult(session: AgentSession, { outcome, detail }: SettingsResult): Promise<void> {
    const { database, keySet, logger } = this.options;
    const { hostId } = session;
    this.keySetsSent.delete(hostId);
    if (outcome === 'kept') await database.admission.saveKeySetVersion(hostId, keySet.version);
    else logger.warn({ hostId, outcome, detail }, 'a host does not take the fleet’s key set');
    await this.offer(session);
  }

  private async settingResult(session: AgentSession, result: SettingsResult): Promise<boolean> {
    const { database, hosts, logger, now } = this.options;
    const { hostId, secretHash } = session;
    const finish = await database.hostSettings.finish({
      hostId,
      id: result.id,
      // What an agent did not even try is, for a person, taken back.
      outcome: result.outcome === 'kept' ? 'kept' : 'reverted',
      detail: result.detail,
      at: now(),
      secretHash,
    });
    if (finish.kind === 'otherSecret') return false;
    if (finish.kind === 'unknown') {
      logger.info({ hostId, id: result.id }, 'an outcome of settings that nobody waits for');
      return true;
    }
    this.forgetSetting({ hostId, id: result.id });
    hosts.update(hostId, { secretHash: finish.secretHash, nextSecretHash: null });
    this.changed(hostId);
    return true;
  }

  /** Sends the host the change that waits for it. That it leaves, with the hash of a new secret, is committed before it does. */
  private async offer(session: AgentSession): Promise<void> {
    const { hostId } = session;
    const waiting = this.waiting.get(hostId);
    // By the new secret: that is the trial itself, its outcome follows.
    const trial = session.secretHash !== this.options.hosts.find(hostId)?.secretHash;
    if (waiting === undefined || (waiting.setting.newSecret && trial)) return;
    const { id, address } = waiting.setting;
    const left = await this.leaveOnce(waiting);
    if (left === null || this.sentOver.get(session) === id) return;
    const { secret } = left;
    const sent = this.send(session, {
      type: 'settings',
      id,
      candidate: { ...(address === null ? {} : { address }), ...(secret === null ? {} : { secret }) },
    });
    if (sent) this.sentOver.set(session, id);
  }

  private async leaveOnce({ setting, left }: Waiting): Promise<Left | null> {
    if (left !== null) return await left;
    const leaving = this.leave(setting);
    const begun = { setting, left: leaving };
    this.waiting.set(setting.hostId, begun);
    try {
      return await leaving;
    } catch (error) {
      // Nothing left: the next hello tries anew.
      if (this.waiting.get(setting.hostId) === begun)
        this.waiting.set(setting.hostId, { setting, left: null });
      throw error;
    }
  }

  /** The change as it leaves, with its secret where it has a new one. Null when it waits no more. */
  private async leave(setting: HostSetting): Promise<Left | null> {
    const { database, hosts, now } = this.options;
    const { id, hostId } = setting;
    const secret = setting.newSecret ? randomBytes(32).toString('base64url') : null;
    const secretHash = secret === null ? null : hashAgentSecret(secret);
    if (!(await database.hostSettings.offer({ hostId, id, secretHash, at: now() }))) {
      this.forgetSetting(setting);
      return null;
    }
    if (secretHash !== null) hosts.update(hostId, { nextSecretHash: secretHash });
    return { secret };
  }

  private send(session: AgentSession, message: SettingsMessage): boolean {
    const result = session.send(message);
    if (result === 'sent') return true;
    this.options.logger.info(
      { hostId: session.hostId, result },
      'settings not delivered; they are sent again',
    );
    return false;
  }

  private async sees(viewer: Viewer, hostId: string): Promise<boolean> {
    return (await this.options.database.hosts.summaries(viewer, [hostId])).length > 0;
  }

  private async whyUnknown(viewer: Viewer, hostId: string): Promise<ApiProblem> {
    return (await this.sees(viewer, hostId)) ? hostRevoked() : notFound('host');
  }

  private changed(hostId: string): void {
    this.options.events.publish({ type: 'host', id: hostId, what: 'admission' });
  }
}

/** Neither the secret nor its hash is in any record. */
function settingRecord(
  action: 'host.settings' | 'host.withdrawSettings',
  { setting, hostName }: { readonly setting: HostSetting; readonly hostName: string },
  reason: string,
): AuditRecord {
  const { hostId, newSecret, address } = setting;
  return {
    action,
    subject: { kind: 'host', id: hostId, name: hostName },
    detail: { newSecret, address, reason },
  };
}

function settingView(setting: HostSetting): HostSettingView {
  const { id, state, newSecret, address, detail, createdBy, createdAt, finishedAt } = setting;
  return {
    ...{ id, state, newSecret, address, detail, createdBy },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

const WITHDRAWAL_REFUSALS = {
  unknown: () => notFound('change of this host’s connection'),
  sent: () =>
    new ApiProblem({
      status: 409,
      code: 'settingsSent',
      message:
        'The host was told of this change already and may be keeping it; taking it back now could lock it out. Wait until its agent answers. A host that never comes back can be revoked.',
    }),
  over: () =>
    new ApiProblem({
      status: 409,
      code: 'settingsOver',
      message: 'This change of the host’s connection waits no more: it was kept, taken back or withdrawn.',
    }),
} as const;

function settingsPending(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'settingsPending',
    message:
      'Another change of this host’s connection waits for its agent: wait until it is kept or taken back.',
  });
}
