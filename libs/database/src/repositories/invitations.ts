import { role } from '@trustfleet/api';
import type { Context, Prisma } from '../connection.ts';
import type { InvitationModel } from '../generated/prisma/models.ts';
import type { Invitation, InvitationChanges, InvitationRepository } from '../model/accounts.ts';
import { storableText } from '../storable.ts';
import { scopeColumns, toScope } from './accounts.ts';

function toInvitation(row: InvitationModel): Invitation {
  const { id, email, createdBy, createdAt, expiresAt } = row;
  return { id, email, role: role.parse(row.role), groups: toScope(row), createdBy, createdAt, expiresAt };
}

export function createInvitationRepository({ client }: Context): InvitationRepository & InvitationChanges {
  const working = (now: Date): Prisma.InvitationWhereInput => ({ usedAt: null, expiresAt: { gt: now } });
  /** Ends one, once, for one caller; `usedAt` says that it is over, the audit says why. */
  const end = async (where: Prisma.InvitationWhereInput, now: Date): Promise<Invitation | null> => {
    const [row] = await client.invitation.updateManyAndReturn({
      where: { ...where, ...working(now) },
      data: { usedAt: now },
    });
    return row === undefined ? null : toInvitation(row);
  };
  return {
    async list(now) {
      const rows = await client.invitation.findMany({
        where: working(now),
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      });
      return rows.map(toInvitation);
    },
    async find({ hash, now }) {
      const row = await client.invitation.findFirst({ where: { hash, ...working(now) } });
      return row === null ? null : toInvitation(row);
    },
    async openOf(createdById, now) {
      const rows = await client.invitation.findMany({
        where: { createdById, ...working(now) },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toInvitation);
    },
    async create({ id, hash, email, role: given, groups, createdBy, createdById, createdAt, expiresAt }) {
      const replaced = await client.invitation.updateManyAndReturn({
        where: { email, ...working(createdAt) },
        data: { usedAt: createdAt },
      });
      await client.invitation.create({
        data: {
          id,
          hash,
          email,
          role: given,
          ...scopeColumns(groups),
          createdBy: storableText(createdBy),
          createdById,
          createdAt,
          expiresAt,
        },
      });
      return replaced.map(toInvitation);
    },
    revoke: (id, now) => end({ id }, now),
    consume: ({ hash, now }) => end({ hash }, now),
  };
}
