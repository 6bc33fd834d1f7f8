import type { GroupScope, Role } from '@trustfleet/api';

/** A person who signs in. */
export interface Account {
  readonly id: string;
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  readonly role: Role;
  readonly groups: GroupScope;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface NewAccount {
  readonly id: string;
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  /** As better-auth made it. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly groups: GroupScope;
  readonly createdAt: Date;
}

export interface AccountRepository {
  hasAdministrator(): Promise<boolean>;
  /** Those with a role, by name. */
  list(): Promise<readonly Account[]>;
  /** Null for a stranger and for an account without a role. */
  get(id: string): Promise<Account | null>;
  /** When each of them last signed in, as the audit says; who never did is absent. */
  lastSignIns(ids: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** By lower-case address; null as for `get`. */
  byEmail(email: string): Promise<Account | null>;
  /** Whose sessions these are, as the accounts are now, by session id; a session that is gone or over is absent. */
  bySessions(sessionIds: readonly string[], now: Date): Promise<ReadonlyMap<string, Account>>;
}

export interface AccountChanges {
  /** False when the address is taken by an account that may do something; one without a role is replaced. */
  create(account: NewAccount): Promise<boolean>;
  /**
   * Waits for every other change of accounts, then answers the account as it is and how many administrators of all groups are
   * not disabled: what a decision rests on stays true until the transaction ends.
   */
  lock(id: string): Promise<{ readonly account: Account | null; readonly administrators: number }>;
  /** Members that are absent stay. Disabling ends every session of the account. */
  update(
    id: string,
    changes: {
      readonly role?: Role | undefined;
      readonly groups?: GroupScope | undefined;
      readonly disabledAt?: Date | null | undefined;
    },
  ): Promise<void>;
}

/** An administrator's invitation by link. */
export interface Invitation {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly role: Role;
  readonly groups: GroupScope;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface InvitationRepository {
  /** Those that still work, newest first. */
  list(now: Date): Promise<readonly Invitation[]>;
  /** By the SHA-256 hex of the link's token; null unless it works. */
  find(use: { readonly hash: string; readonly now: Date }): Promise<Invitation | null>;
}

export interface InvitationChanges {
  /** Earlier ones to the same address stop working: these. `hash`: SHA-256 hex of the link's token; `createdById`: of the account. */
  create(
    invitation: Invitation & { readonly hash: string; readonly createdById: string },
  ): Promise<readonly Invitation[]>;
  /** Those of one account that still work, oldest first. */
  openOf(createdById: string, now: Date): Promise<readonly Invitation[]>;
  /** The invitation that stopped working; null when none did. */
  revoke(id: string, now: Date): Promise<Invitation | null>;
  /** Uses it up, once, for one caller; null unless it worked. */
  consume(use: { readonly hash: string; readonly now: Date }): Promise<Invitation | null>;
}
