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

/** `plan` is a dry run: the plan is the result. */
export const orderMode = z.enum(['plan', 'apply']);
export type OrderMode = z.infer<typeof orderMode>;

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
  /** Agent's execution clock, milliseconds. */
  executionTimeoutMs: z.int().positive(),
});
export type Job = z.infer<typeof job>;
