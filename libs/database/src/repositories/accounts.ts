import { role, type GroupScope } from '@trustfleet/api';
import { Prisma, type Client, type Context } from '../connection.ts';
import type { Account, AccountChanges, AccountRepository, NewAccount } from '../model/accounts.ts';
import { storableText } from '../storable.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly allGroups: boolean;
  readonly groups: string[];
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

/** Groups as they stand in a row: `all_groups` beside the list. */
export function toScope(row: { readonly allGroups: boolean; readonly groups: string[] }): GroupScope {
  return row.allGroups ? 'all' : row.groups;
}

export function scopeColumns(groups: GroupScope): { allGroups: boolean; groups: string[] } {
  return groups === 'all' ? { allGroups: true, groups: [] } : { allGroups: false, groups: [...groups] };
}

function toAccount(row: Row): Account {
  const { id, name, email, disabledAt, createdAt } = row;
  return {
    id,
    name,
    email,
    role: role.parse(row.role),
    groups: toScope(row),
    disabledAt,
    createdAt,
  };
}

/** An account without a role is nobody's yet. */
async function select(client: Client, condition: Prisma.Sql): Promise<Account[]> {
  const rows = await client.$queryRaw<Row[]>`
    SELECT u.id, u.name, u.email, u.role, u.all_groups AS "allGroups", u.groups, u.disabled_at AS "disabledAt", u.created_at AS "createdAt"
    FROM "user" u WHERE u.role = ANY (${[...role.options]}::text[]) AND ${condition} ORDER BY lower(u.name), u.id`;
  return rows.map(toAccount);
}

async function create(client: Client, account: NewAccount): Promise<boolean> {
  const { id, name, email, passwordHash, groups, createdAt } = account;
  const owner = await client.user.findUnique({ where: { email } });
  if (owner !== null && role.safeParse(owner.role).success) return false;
  if (owner !== null) await client.user.delete({ where: { id: owner.id } });
  await client.user.create({
    data: {
      id,
      name: storableText(name),
      email,
      emailVerified: true,
      role: account.role,
      ...scopeColumns(groups),
      createdAt,
    },
  });
  // As better-auth stores a password: its account of the provider `credential`.
  await client.account.create({
    data: {
      id: `credential-${id}`,
      accountId: id,
      providerId: 'credential',
      userId: id,
      password: passwordHash,
      createdAt,
    },
  });
  return true;
}

function changes({ client }: Context): AccountChanges {
  /** Changes of accounts are rare and rest on one another (the last administrator): one at a time. */
  const lock = () => client.$executeRaw`LOCK TABLE "user" IN SHARE ROW EXCLUSIVE MODE`;
  return {
    async create(account) {
      await lock();
      return await create(client, account);
    },
    async lock(id) {
      await lock();
      const [account] = await select(client, Prisma.sql`u.id = ${id}`);
      const administrators = await client.user.count({
        where: { role: 'administrator', allGroups: true, disabledAt: null },
      });
      return { account: account ?? null, administrators };
    },
    async update(id, { role: given, groups, disabledAt }) {
      await client.user.update({
        where: { id },
        data: {
          ...(given === undefined ? {} : { role: given }),
          ...(groups === undefined ? {} : scopeColumns(groups)),
          ...(disabledAt === undefined ? {} : { disabledAt }),
        },
      });
      if (disabledAt instanceof Date) await client.session.deleteMany({ where: { userId: id } });
    },
  };
}

export function createAccountRepository(context: Context): AccountRepository & AccountChanges {
  const { client } = context;
  return {
    ...changes(context),
    async hasAdministrator() {
      return (await client.user.count({ where: { role: 'administrator' }, take: 1 })) > 0;
    },
    list: () => select(client, Prisma.sql`true`),
    async get(id) {
      const [account] = await select(client, Prisma.sql`u.id = ${id}`);
      return account ?? null;
    },
    async lastSignIns(ids) {
      // Sessions go when they end: the audit knows every sign-in.
      const rows = await client.$queryRaw<{ id: string; at: Date }[]>`
        SELECT subject_id AS id, max(at) AS at FROM audit_entry
        WHERE subject_kind = 'account' AND subject_id = ANY (${[...ids]}::text[]) AND action = 'session.signIn' GROUP BY subject_id`;
      return new Map(rows.map(({ id, at }) => [id, at]));
    },
    async byEmail(email) {
      const [account] = await select(client, Prisma.sql`u.email = ${storableText(email)}`);
      return account ?? null;
    },
    async bySessions(sessionIds, now) {
      const sessions = await client.session.findMany({
        where: { id: { in: [...sessionIds] }, expiresAt: { gt: now } },
        select: { id: true, userId: true },
      });
      const accounts = await select(
        client,
        Prisma.sql`u.id = ANY (${sessions.map(({ userId }) => userId)}::text[])`,
      );
      const byId = new Map(accounts.map((account) => [account.id, account]));
      return new Map(
        sessions.flatMap(({ id, userId }) => {
          const account = byId.get(userId);
          return account === undefined ? [] : [[id, account] as const];
        }),
      );
    },
  };
}
