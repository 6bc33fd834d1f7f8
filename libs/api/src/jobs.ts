import { z } from 'zod';
import { instant, page, pageQuery, sha256Hex } from './primitives.ts';

/** Same words as libs/protocol `jobState` (rollouts.md); a test of apps/server holds them equal. */
export const jobState = z.enum([
  'queued',
  'heldOffline',
  'offered',
  'planning',
  'waiting',
  'applying',
  'verifying',
  'baking',
  'retrying',
  'verified',
  'alreadyCompliant',
  'planned',
  'appliedNotVerified',
  'failed',
  'regressed',
  'timedOut',
  'lost',
  'deliveryExpired',
  'notApplicable',
  'incompatible',
  'notPermitted',
  'refused',
  'superseded',
  'cancelled',
  'halted',
  'hostRemoved',
]);
export type JobState = z.infer<typeof jobState>;

export const planChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('addFile'), path: z.string(), sha256: sha256Hex }),
  z.object({ kind: z.literal('runTool'), argv: z.array(z.string()) }),
  z.object({ kind: z.literal('addAnchor'), store: z.string(), anchor: sha256Hex, subject: z.string() }),
]);
export const jobPlan = z.object({ changes: z.array(planChange) });

export const evidence = z.object({
  store: z.string(),
  bundlePath: z.string(),
  bundleSha256: sha256Hex.nullable(),
  anchors: z.int(),
  holds: z.boolean(),
});

export const jobSummary = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  hostId: z.uuid(),
  hostName: z.string(),
  remedy: z.string(),
  mode: z.enum(['plan', 'apply']),
  /** What it is about, for a list: the anchor's name. */
  title: z.string(),
  state: jobState,
  final: z.boolean(),
  attempt: z.int(),
  notBefore: instant,
  createdAt: instant,
  updatedAt: instant,
});
export type JobSummary = z.infer<typeof jobSummary>;

export const jobEventView = z.object({
  eventId: z.uuid(),
  index: z.int(),
  at: instant,
  receivedAt: instant,
  state: jobState,
  step: z.string().nullable(),
  detail: z.string().nullable(),
});

export const jobDetail = jobSummary.extend({
  createdBy: z.string(),
  reason: z.string(),
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  plan: jobPlan.nullable(),
  before: evidence.nullable(),
  after: evidence.nullable(),
  undone: z.boolean().nullable(),
  /** The host signed its final event and the server checked it. */
  resultSigned: z.boolean(),
  events: z.array(jobEventView),
});
export type JobDetail = z.infer<typeof jobDetail>;

export const jobListQuery = pageQuery.extend({
  orderId: z.uuid().optional(),
  hostId: z.uuid().optional(),
  state: jobState.optional(),
  active: z.stringbool().optional(),
  /** Final states that count as a failure (rollouts.md): overview's `jobs.failed` counts the same jobs. */
  failed: z.stringbool().optional(),
});
export const jobPage = page(jobSummary);

/**
 * One remedy for one or many hosts. `anchorPem` or `anchorSha256` (a certificate that the server holds);
 * `notBefore` in the future schedules it.
 */
export const createOrder = z.object({
  remedy: z.literal('trustStore.addAnchor'),
  mode: z.enum(['plan', 'apply']),
  anchorSha256: sha256Hex.optional(),
  anchorPem: z
    .string()
    .max(256 * 1024)
    .optional(),
  hostIds: z.array(z.uuid()).min(1).max(1000),
  notBefore: instant.optional(),
  /** Delivery deadline; default 7 days after notBefore (rollouts.md "Two clocks"). */
  deliverBy: instant.optional(),
  reason: z.string().trim().min(1).max(500),
});
export type CreateOrder = z.infer<typeof createOrder>;

export const orderView = z.object({
  id: z.uuid(),
  remedy: z.string(),
  mode: z.enum(['plan', 'apply']),
  title: z.string(),
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  reason: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  notBefore: instant,
  expiresAt: instant,
  targets: z.int(),
  counts: z.record(z.string(), z.int()),
  jobs: z.array(jobSummary),
});
export type OrderView = z.infer<typeof orderView>;
export const orderPage = page(orderView.omit({ jobs: true }));
