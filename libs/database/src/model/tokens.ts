export interface NewEnrolmentToken {
  readonly id: string;
  /** SHA-256 hex of the secret. */
  readonly hash: string;
  readonly maxUses: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Where hosts that enrol with it go; absent: the default group. */
  readonly groupId?: string | undefined;
}

export type TokenConsumption =
  | { readonly kind: 'consumed'; readonly tokenId: string; readonly groupId: string | null }
  | { readonly kind: 'unknown' | 'used' | 'expired' };

export interface TokenChanges {
  create(token: NewEnrolmentToken): Promise<void>;
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
