import type { Context } from '../connection.ts';
import type { FleetRepository } from '../model/fleet.ts';

export function createFleetRepository({ client }: Context): FleetRepository {
  return {
    async getOrCreate({ id, name, now }) {
      await client.fleet.createMany({ data: [{ id, name, createdAt: now }], skipDuplicates: true });
      const row = await client.fleet.findFirstOrThrow();
      return { id: row.id, name: row.name, createdAt: row.createdAt };
    },
  };
}
