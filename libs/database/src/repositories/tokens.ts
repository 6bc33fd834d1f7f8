import { Prisma, type Context } from '../connection.ts';
import type {
  OpenEnrolmentToken,
  SetupTokenChanges,
  SetupTokenRepository,
  TokenChanges,
  TokenConsumption,
  TokenRepository,
} from '../model/tokens.ts';
import type { Viewer } from '../model/viewer.ts';

/** Condition on a token under the name `t`: it still admits a host. */
function working(now: Date): Prisma.Sql {
  return Prisma.sql`t.revoked_at IS NULL AND t.uses < t.max_uses AND t.expires_at > ${now}::timestamptz`;
}

/** Condition on a group under the name `g`. */
function seenBy({ groups }: Viewer): Prisma.Sql {
  return groups === 'all' ? Prisma.sql`true` : Prisma.sql`g.id = ANY (${[...groups]}::uuid[])`;
}

export function createTokenRepository({ client }: Context): TokenRepository & TokenChanges {
  /** With the group that a host gets; without one of its own that is the default one. */
  const open = (condition: Prisma.Sql): Promise<OpenEnrolmentToken[]> =>
    client.$queryRaw<OpenEnrolmentToken[]>`
      SELECT t.id, json_build_object('id', g.id, 'name', g.name) AS "group", t.uses, t.max_uses AS "maxUses",
             t.expires_at AS "expiresAt", t.created_at AS "createdAt", t.created_by AS "createdBy"
      FROM enrolment_token t JOIN host_group g ON g.id = t.group_id OR (t.group_id IS NULL AND g.is_default)
      WHERE ${condition} ORDER BY t.created_at, t.id`;

  /** Why a token that was not taken was not; only for the message, so a race may make it the other reason. */
  async function refusal(hash: string, now: Date): Promise<TokenConsumption> {
    const token = await client.enrolmentToken.findUnique({ where: { hash } });
    if (token === null) return { kind: 'unknown' };
    // One that was taken back admits nobody, as if it had never been.
    if (token.revokedAt !== null) return { kind: 'unknown' };
    return { kind: token.expiresAt <= now ? 'expired' : 'used' };
  }

  return {
    async open(viewer, now) {
      return (await open(Prisma.sql`${working(now)} AND ${seenBy(viewer)}`)).reverse();
    },
    openOf: (createdById, now) => open(Prisma.sql`${working(now)} AND t.created_by_id = ${createdById}`),
    async revoke(viewer, { id, now }) {
      const [token] = await open(Prisma.sql`${working(now)} AND ${seenBy(viewer)} AND t.id = ${id}::uuid`);
      if (token === undefined) return null;
      const count = await client.$executeRaw`
        UPDATE enrolment_token t SET revoked_at = ${now}::timestamptz WHERE t.id = ${id}::uuid AND ${working(now)}`;
      return count === 1 ? token : null;
    },
    async create(token) {
      await client.enrolmentToken.create({
        data: { ...token, groupId: token.groupId ?? null, createdById: token.createdById ?? null },
      });
    },
    async consume({ hash, now }) {
      // One statement: the row lock makes callers queue, and each sees the count that the one before left.
      const taken = await client.$queryRaw<{ id: string; groupId: string | null }[]>`
        UPDATE enrolment_token t SET uses = uses + 1 WHERE t.hash = ${hash} AND ${working(now)}
        RETURNING t.id, t.group_id AS "groupId"`;
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
