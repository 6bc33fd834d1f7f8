import { OPEN_JOB_STATES } from '@trustfleet/protocol';
import type { Client, Context } from '../connection.ts';
import type { ArtifactChanges, ArtifactRepository } from '../model/artifacts.ts';
import type { Artifact } from '../model/orders.ts';

/** What these orders bring along, by order; each list in the order of its digests. */
export async function artifactsOf(
  client: Client,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, Artifact[]>> {
  const rows = await client.orderArtifact.findMany({
    where: { orderId: { in: [...new Set(orderIds)] } },
    include: { artifact: true },
    orderBy: { sha256: 'asc' },
  });
  const byOrder = new Map<string, Artifact[]>();
  for (const { orderId, artifact } of rows) byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), artifact]);
  return byOrder;
}

/** Bytes of artifacts, piece by piece: a wheel may have 64 MiB, and many hosts fetch at once. */
export function createArtifactRepository({ client }: Context): ArtifactRepository & ArtifactChanges {
  return {
    get: (sha256) => client.artifact.findUnique({ where: { sha256 } }),
    async put({ sha256, bytes }) {
      await client.artifact.createMany({
        data: [{ sha256, bytes: new Uint8Array(bytes) }],
        skipDuplicates: true,
      });
    },
    async sizeFor(hostId, sha256) {
      const named = await client.job.findFirst({
        where: { hostId, state: { in: [...OPEN_JOB_STATES] }, order: { artifacts: { some: { sha256 } } } },
        select: { id: true },
      });
      if (named === null) return null;
      const [row] = await client.$queryRaw<
        { size: number }[]
      >`SELECT octet_length(bytes) AS size FROM artifact WHERE sha256 = ${sha256}`;
      return row?.size ?? null;
    },
    async slice(sha256, { from, length }) {
      const [row] = await client.$queryRaw<
        { part: Uint8Array }[]
      >`SELECT substring(bytes FROM ${from + 1}::int FOR ${length}::int) AS part FROM artifact WHERE sha256 = ${sha256}`;
      return row?.part ?? new Uint8Array();
    },
  };
}
