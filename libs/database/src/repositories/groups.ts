import type { Context } from '../connection.ts';
import type { GroupChanges, GroupRepository, HostGroup } from '../model/groups.ts';
import { storableText } from '../storable.ts';

export function createGroupRepository({ client }: Context): GroupRepository & GroupChanges {
  return {
    async list({ groups }) {
      const rows = await client.hostGroup.findMany({
        ...(groups === 'all' ? {} : { where: { id: { in: [...groups] } } }),
        include: { _count: { select: { hosts: true } } },
        orderBy: { name: 'asc' },
      });
      return rows.map(({ id, name, isDefault, _count }): HostGroup => ({
        id,
        name,
        isDefault,
        hosts: _count.hosts,
      }));
    },
    async namesOf(ids) {
      const rows = await client.hostGroup.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, name: true },
      });
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async create({ id, name, createdAt }) {
      // One at a time: the index knows only names that are equal to the letter.
      await client.$executeRaw`LOCK TABLE host_group IN SHARE ROW EXCLUSIVE MODE`;
      const taken = await client.hostGroup.count({ where: { name: { equals: name, mode: 'insensitive' } } });
      if (taken > 0) return false;
      await client.hostGroup.create({ data: { id, name: storableText(name), createdAt } });
      return true;
    },
  };
}
