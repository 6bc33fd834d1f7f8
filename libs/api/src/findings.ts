import { z } from 'zod';
import { instant, page, pageQuery, sha256Hex } from './primitives.ts';

/** What a finding is about. */
export const findingSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('trustStore'), store: z.string(), name: z.string(), path: z.string() }),
  z.object({ kind: z.literal('bundle'), path: z.string(), usedBy: z.array(z.string()) }),
  z.object({ kind: z.literal('clock') }),
]);
export type FindingSubject = z.infer<typeof findingSubject>;

export const findingState = z.enum(['open', 'closed']);

export const findingView = z.object({
  id: z.uuid(),
  hostId: z.uuid(),
  hostName: z.string(),
  rule: z.string(),
  /** Stable cause id: the catalogue has its words. */
  cause: z.string(),
  /** `blocker`: programs of the operating system's store fail. `warning`: one bundle's users fail. */
  severity: z.enum(['blocker', 'warning']),
  subject: findingSubject,
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  /** Facts behind it, e.g. bundle state and number of anchors. */
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  state: findingState,
  since: instant,
  closedAt: instant.nullable(),
  /** Remedies that mend this cause; empty where none exists yet. */
  remedies: z.array(z.string()),
});
export type FindingView = z.infer<typeof findingView>;

export const findingListQuery = pageQuery.extend({
  state: findingState.default('open'),
  rule: z.string().max(64).optional(),
});
export const findingPage = page(findingView);
