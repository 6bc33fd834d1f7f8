import { dsseEnvelope } from '@trustfleet/protocol';
import { z } from 'zod';
import type { Context } from '../connection.ts';
import type { FleetRepository } from '../model/fleet.ts';

/** Without fields of a newer release: whatever is signed stands in the payload. */
const storedEnvelope = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
});

export function createFleetRepository({ client }: Context): FleetRepository {
  return {
    async getOrCreate({ id, name, now }) {
      await client.fleet.createMany({ data: [{ id, name, createdAt: now }], skipDuplicates: true });
      const row = await client.fleet.findFirstOrThrow();
      return { id: row.id, name: row.name, createdAt: row.createdAt };
    },
    async keySet() {
      const { keySet } = await client.fleet.findFirstOrThrow({ select: { keySet: true } });
      return keySet === null ? null : dsseEnvelope.parse(keySet);
    },
    async storeKeySet(envelope) {
      await client.fleet.updateMany({ data: { keySet: storedEnvelope.parse(envelope) } });
    },
  };
}
