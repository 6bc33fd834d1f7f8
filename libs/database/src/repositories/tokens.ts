import type { Context } from '../connection.ts';
import type {
  SetupTokenChanges,
  SetupTokenRepository,
  TokenChanges,
  TokenConsumption,
} from '../model/tokens.ts';

export function createTokenChanges({ client }: Context): TokenChanges {
  /** Why a token that was not taken was not; only for the message, so a race may make it the other reason. */
  async function refusal(hash: string, now: Date): Promise<TokenConsumption> {
    const token = await client.enrolmentToken.findUnique({ where: { hash } });
    if (token === null) return { kind: 'unknown' };
    return { kind: token.expiresAt <= now ? 'expired' : 'used' };
  }

  return {
    async create(token) {
      await client.enrolmentToken.create({ data: { ...token, groupId: token.groupId ?? null } });
    },
    async consume({ hash, now }) {
      // One statement: the row lock makes callers queue, and each sees the count that the one before left.
      const taken = await client.$queryRaw<{ id: string; groupId: string | null }[]>`
        UPDATE enrolment_token SET uses = uses + 1
        WHERE hash = ${hash} AND uses < max_uses AND expires_at > ${now}::timestamptz
        RETURNING id, group_id AS "groupId"`;
      const [token] = taken;
      return token === undefined
        ? await refusal(hash, now)
        : { kind: 'consumed', tokenId: token.id, groupId: token.groupId };
    },
  };
}

export function createSetupTokenRepository({
  client,
  atomically,
}: Context): SetupTokenRepository & SetupTokenChanges {
  return {
    async replace({ hash, createdAt, expiresAt }) {
      await atomically(async (transaction) => {
        await transaction.setupToken.deleteMany({ where: { usedAt: null } });
        await transaction.setupToken.create({ data: { hash, createdAt, expiresAt } });
      });
    },
    async isValid({ hash, now }) {
      return (await client.setupToken.count({ where: { hash, usedAt: null, expiresAt: { gt: now } } })) === 1;
    },
    async consume({ hash, now }) {
      const { count } = await client.setupToken.updateMany({
        where: { hash, usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      return count === 1;
    },
  };
}
