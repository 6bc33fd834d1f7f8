import type { Viewer } from './viewer.ts';

export interface NewEnrolmentToken {
  readonly id: string;
  /** SHA-256 hex of the secret. */
  readonly hash: string;
  readonly maxUses: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** The account that made it; absent: the server. */
  readonly createdById?: string | undefined;
  /** Where hosts that enrol with it go; absent: the default group. */
  readonly groupId?: string | undefined;
}

/** One that still admits a host. */
export interface OpenEnrolmentToken {
  readonly id: string;
  /** Where hosts that enrol with it go; the default group is named too. */
  readonly group: { readonly id: string; readonly name: string };
  readonly uses: number;
  readonly maxUses: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export type TokenConsumption =
  | { readonly kind: 'consumed'; readonly tokenId: string; readonly groupId: string | null }
  | { readonly kind: 'unknown' | 'used' | 'expired' };

export interface TokenRepository {
  /** Those that still admit hosts to a group that the viewer sees, newest first. */
  open(viewer: Viewer, now: Date): Promise<readonly OpenEnrolmentToken[]>;
}

export interface TokenChanges {
  create(token: NewEnrolmentToken): Promise<void>;
  /** Those of one account that still admit hosts, oldest first. */
  openOf(createdById: string, now: Date): Promise<readonly OpenEnrolmentToken[]>;
  /** The token that admits nobody any more; null when none did, or its group is not the viewer's to see. */
  revoke(
    viewer: Viewer,
    ending: { readonly id: string; readonly now: Date },
  ): Promise<OpenEnrolmentToken | null>;
  /** Counts one use, atomically: n uses admit n callers however many ask at once. */
  consume(use: { readonly hash: string; readonly now: Date }): Promise<TokenConsumption>;
}

export interface SetupTokenRepository {
  /** Whether it would be accepted; changes nothing. */
  isValid(use: { readonly hash: string; readonly now: Date }): Promise<boolean>;
}

export interface SetupTokenChanges {
  /** The one-time link of this start: earlier ones stop working. */
  replace(token: {
    readonly hash: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  }): Promise<void>;
  /** True once, for one caller. */
  consume(use: { readonly hash: string; readonly now: Date }): Promise<boolean>;
}
