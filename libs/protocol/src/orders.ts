import { z } from 'zod';
import { base64, instant, sha256Hex, shortText, uuid } from './primitives.ts';

/** DSSE payload types (protocol.md, "Signed orders and jobs"). */
export const ORDER_PAYLOAD_TYPE = 'application/vnd.trustfleet.order.v1+json';
export const JOB_PAYLOAD_TYPE = 'application/vnd.trustfleet.job.v1+json';

/** DSSE envelope: the agent verifies `payload` bytes, then parses those bytes. */
export const dsseEnvelope = z.looseObject({
  payloadType: z.string().max(128),
  payload: base64.max(512 * 1024),
  signatures: z
    .array(z.looseObject({ keyid: z.string().max(128), sig: base64.max(256) }))
    .min(1)
    .max(16),
});
export type DsseEnvelope = z.infer<typeof dsseEnvelope>;

/**
 * `plan` is a dry run: the plan is the result. `undo` takes back what an earlier job of the same remedy did on that host, by the
 * inverse operations in that job's journal (rollouts.md: undo is a rollout of its own whose jobs name the job they undo).
 */
export const orderMode = z.enum(['plan', 'apply', 'undo']);
export type OrderMode = z.infer<typeof orderMode>;

/** What an agent may do by itself with a job of this order; absent means the first value of each. */
export const orderLimits = z.looseObject({
  /** 1: a failed attempt is final. */
  attempts: z.int().min(1).max(5).default(1),
  /** Before attempt n + 1: this × 2^(n − 1), ± 20 % jitter. */
  backoffMs: z
    .int()
    .min(1_000)
    .max(6 * 3_600_000)
    .default(60_000),
  /** After the proof: how long the host waits before it looks again and says `verified` (rollouts.md `baking`). */
  bakeMs: z
    .int()
    .min(0)
    .max(7 * 24 * 3_600_000)
    .default(0),
});
export type OrderLimits = z.infer<typeof orderLimits>;

export const order = z.looseObject({
  format: z.literal(1),
  orderId: uuid,
  fleetId: uuid,
  /** Remedy name, e.g. `trustStore.addAnchor`; its parameters are checked by libs/remedies. */
  remedy: z.string().max(64),
  parameters: z.record(z.string().max(64), z.unknown()),
  mode: orderMode,
  /** SHA-256 of every artifact that the parameters name; bytes travel beside the job. */
  artifacts: z.array(sha256Hex).max(64),
  targets: z.looseObject({ count: z.int().positive(), merkleRoot: sha256Hex }),
  limits: orderLimits.optional(),
  /** The plan may make a verdict worse: somebody decided that by name. Absent: such a plan is refused. */
  allowWorse: z.boolean().optional(),
  notBefore: instant,
  expiresAt: instant,
  orderSeq: z.int().nonnegative(),
  reason: shortText,
});
export type Order = z.infer<typeof order>;

/** One step of a Merkle proof: the sibling and the side on which it stands. */
export const merkleStep = z.looseObject({ side: z.enum(['left', 'right']), hash: sha256Hex });
export type MerkleStep = z.infer<typeof merkleStep>;

export const job = z.looseObject({
  format: z.literal(1),
  /** UUIDv7 */
  jobId: uuid,
  orderId: uuid,
  hostId: uuid,
  merkleProof: z.array(merkleStep).max(32),
  attempt: z.int().positive(),
  /** Agent's execution clock of one attempt, milliseconds. */
  executionTimeoutMs: z.int().positive(),
  /** In an order of mode `undo`: the job to take back. */
  undoes: uuid.optional(),
});
export type Job = z.infer<typeof job>;
