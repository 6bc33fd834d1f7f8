import type { Viewer } from './viewer.ts';

export type HostSettingState = 'pending' | 'kept' | 'reverted';

/** A change of a host's own connection (protocol.md `settings`). The secret itself stands nowhere: of it only a hash, at the host. */
export interface HostSetting {
  readonly id: string;
  readonly hostId: string;
  readonly state: HostSettingState;
  readonly newSecret: boolean;
  /** https://host:port of the agent port; null where it stays. */
  readonly address: string | null;
  readonly detail: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface FinishedSetting {
  readonly hostId: string;
  readonly id: string;
  readonly outcome: 'kept' | 'reverted';
  readonly detail: string | null;
  readonly at: Date;
  /** Hash of the secret that let in the socket over which the agent said so. */
  readonly secretHash: string;
}

/**
 * `unknown`: no such change waits (any more): said twice, or late. `otherSecret`: the agent says that it keeps a new secret over a socket
 * that another one let in; nothing is changed, so that both secrets go on working until it says so over the right one.
 */
export type SettingFinish =
  | { readonly kind: 'finished'; readonly secretHash: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'otherSecret' };

export interface HostSettingRepository {
  /** Those that wait for their host, of all hosts. */
  pending(): Promise<readonly HostSetting[]>;
  /** The newest 50 of one host, newest first; none where the viewer does not see it. */
  list(viewer: Viewer, hostId: string): Promise<readonly HostSetting[]>;
  /**
   * The change leaves for its host after this: it cannot be withdrawn any more. `secretHash`: a second secret that is accepted from now on, in
   * place of an earlier second one; null changes none. False when that change waits no more, and must not leave.
   */
  offer(offer: {
    readonly hostId: string;
    readonly id: string;
    readonly secretHash: string | null;
    readonly at: Date;
  }): Promise<boolean>;
  /** In one transaction: ends the change, and where a secret changed makes one of the two the only one. */
  finish(finished: FinishedSetting): Promise<SettingFinish>;
}

/** `taken`: another one waits. `unknown`: no such host for the viewer, or it is revoked. */
export type HostSettingCreation =
  | { readonly kind: 'created'; readonly hostName: string; readonly setting: HostSetting }
  | { readonly kind: 'taken' | 'unknown' };

/**
 * `sent`: its host may be trying or keeping it. `over`: it waits no more. `unknown`: no such change of a host that the viewer sees.
 */
export type HostSettingWithdrawal =
  | { readonly kind: 'withdrawn'; readonly hostName: string; readonly setting: HostSetting }
  | { readonly kind: 'sent' | 'over' | 'unknown' };

/** What only `Database.change` can do. */
export interface HostSettingChanges {
  create(
    viewer: Viewer,
    setting: Pick<HostSetting, 'id' | 'hostId' | 'newSecret' | 'address' | 'createdBy' | 'createdAt'>,
  ): Promise<HostSettingCreation>;
  /** Ends a change that never left for its host: `reverted`, with `detail`. A host that is being told at this moment wins. */
  withdraw(
    viewer: Viewer,
    setting: { readonly hostId: string; readonly id: string; readonly detail: string; readonly at: Date },
  ): Promise<HostSettingWithdrawal>;
}
