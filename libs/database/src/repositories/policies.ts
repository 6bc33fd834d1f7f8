import { anchorStatus, type AnchorStatus, type HostFacts, type Policy } from '@trustfleet/policy';
import { trustStoresSection } from '@trustfleet/protocol';
import { z } from 'zod';
import type { Client, Context } from '../connection.ts';
import type { PolicyChanges, PolicyRepository, RequiredAnchor } from '../model/policies.ts';
import { parseUnderstood } from './section-body.ts';
import { visibleTo } from './visibility.ts';

/** What stands in the row; written by us alone, so a mismatch is a defect and fails loudly. */
const storedPolicy = z.discriminatedUnion('rule', [
  z.object({
    id: z.string(),
    name: z.string(),
    rule: z.literal('anchorRequired'),
    parameters: z.object({ anchors: z.array(z.object({ sha256: z.string(), name: z.string() })) }),
  }),
  z.object({
    id: z.string(),
    name: z.string(),
    rule: z.literal('clockAccurate'),
    parameters: z.object({ maxOffsetSeconds: z.number() }),
  }),
  z.object({
    id: z.string(),
    name: z.string(),
    rule: z.literal('endpointsVerify'),
    parameters: z.record(z.string(), z.never()),
  }),
  z.object({
    id: z.string(),
    name: z.string(),
    rule: z.literal('sharesAnswer'),
    parameters: z.record(z.string(), z.never()),
  }),
  z.object({
    id: z.string(),
    name: z.string(),
    rule: z.literal('codeDecides'),
    parameters: z.record(z.string(), z.never()),
  }),
]);

/** Section bodies read at once: a body may be as large as a frame. */
const CHUNK = 50;
const MAX_CACHED_BODIES = 5000;

/**
 * What libs/policy says of an anchor, by the digest of the `trustStores` body that it was asked about: content-addressed, so true for
 * ever. Counting a fleet then reads only bodies that nobody has judged yet.
 */
export type StatusCache = Map<string, ReadonlyMap<string, AnchorStatus>>;

interface Group {
  readonly digest: string;
  readonly hosts: number;
}

async function list(client: Client): Promise<Policy[]> {
  const rows = await client.policy.findMany({ orderBy: { position: 'asc' } });
  return rows.map((row) => storedPolicy.parse(row));
}

function anchorsOf(policy: Policy): readonly { readonly sha256: string; readonly name: string }[] {
  return policy.rule === 'anchorRequired' ? policy.parameters.anchors : [];
}

async function judge(
  context: Context,
  digests: readonly string[],
  anchors: readonly string[],
): Promise<void> {
  const rows = await context.client.sectionBody.findMany({
    where: { name: 'trustStores', digest: { in: [...digests] } },
    select: { digest: true, bytes: true, summary: true },
  });
  for (const { digest, bytes, summary } of rows) {
    const parsed = summary === null ? null : trustStoresSection.safeParse(parseUnderstood(bytes));
    const facts: HostFacts = parsed?.success === true ? { trustStores: parsed.data } : {};
    context.statusCache.set(digest, new Map(anchors.map((sha256) => [sha256, anchorStatus(facts, sha256)])));
  }
}

/** Fills the cache for `groups`; forgets the oldest judgements beyond its limit. */
async function judgeAll(
  context: Context,
  groups: readonly Group[],
  anchors: readonly string[],
): Promise<void> {
  const { statusCache } = context;
  const missing = groups
    .map(({ digest }) => digest)
    .filter((digest) => !anchors.every((sha256) => statusCache.get(digest)?.has(sha256) === true));
  for (let start = 0; start < missing.length; start += CHUNK)
    await judge(context, missing.slice(start, start + CHUNK), anchors);
  for (const digest of statusCache.keys()) {
    if (statusCache.size <= Math.max(MAX_CACHED_BODIES, groups.length)) break;
    statusCache.delete(digest);
  }
}

function count(
  context: Context,
  groups: readonly Group[],
  sha256: string,
): { readonly met: number; readonly missing: number } {
  const hostsWith = (status: AnchorStatus): number =>
    groups
      .filter(({ digest }) => context.statusCache.get(digest)?.get(sha256) === status)
      .reduce((sum, { hosts }) => sum + hosts, 0);
  return { met: hostsWith('met'), missing: hostsWith('missing') };
}

export function createPolicyRepository(context: Context): PolicyRepository & PolicyChanges {
  const { client, atomically } = context;
  return {
    list: () => list(client),
    async createFirst(policies, now) {
      return await atomically(async (transaction) => {
        // Two servers that start on one empty database: the second waits here and then finds the policies of the first.
        await transaction.$executeRaw`LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE`;
        const present = new Set((await list(transaction)).map(({ rule }) => rule));
        for (const policy of policies.filter(({ rule }) => !present.has(rule))) {
          const { id, name, rule, parameters } = storedPolicy.parse(policy);
          await transaction.policy.create({ data: { id, name, rule, parameters, createdAt: now } });
        }
        return await list(transaction);
      });
    },
    async requiredAnchors(viewer) {
      const policies = await list(client);
      const groups = await client.$queryRaw<Group[]>`
        SELECT digest, count(*)::int AS hosts FROM host_section s JOIN host h ON h.id = s.host_id
        WHERE ${visibleTo(viewer)} AND h.revoked_at IS NULL AND s.name = 'trustStores' AND s.seen_to IS NULL GROUP BY digest`;
      const [all] = await client.$queryRaw<
        { hosts: number }[]
      >`SELECT count(*)::int AS hosts FROM host h WHERE ${visibleTo(viewer)} AND h.revoked_at IS NULL`;
      const hosts = all?.hosts ?? 0;
      await judgeAll(context, groups, [
        ...new Set(policies.flatMap((policy) => anchorsOf(policy).map(({ sha256 }) => sha256))),
      ]);
      return policies.map((policy) => ({
        policy,
        anchors: anchorsOf(policy).map(({ sha256, name }): RequiredAnchor => {
          const { met, missing } = count(context, groups, sha256);
          return { sha256, name, met, missing, unknown: Math.max(0, hosts - met - missing) };
        }),
      }));
    },
  };
}
