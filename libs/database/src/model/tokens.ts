export interface NewEnrolmentToken {
  readonly id: string;
  /** SHA-256 hex of the secret. */
  readonly hash: string;
  readonly maxUses: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export type TokenConsumption =
  { readonly kind: 'consumed'; readonly tokenId: string } | { readonly kind: 'unknown' | 'used' | 'expired' };

export interface TokenRepository {
  create(token: NewEnrolmentToken): Promise<void>;
  /** Counts one use, atomically: n uses admit n callers however many ask at once. */
  consume(use: { readonly hash: string; readonly now: Date }): Promise<TokenConsumption>;
}

export interface SetupTokenRepository {
  /** The one-time link of this start: earlier ones stop working. */
  replace(token: {
    readonly hash: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  }): Promise<void>;
  /** Whether it would be accepted; changes nothing. */
  isValid(use: { readonly hash: string; readonly now: Date }): Promise<boolean>;
  /** True once, for one caller. */
  consume(use: { readonly hash: string; readonly now: Date }): Promise<boolean>;
}

export interface AccountRepository {
  hasAdministrator(): Promise<boolean>;
  /** Answers whether the account exists. Accounts start with the role `none`, which may do nothing. */
  setRole(userId: string, role: 'administrator'): Promise<boolean>;
}
