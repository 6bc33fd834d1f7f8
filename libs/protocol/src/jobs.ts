import { z } from 'zod';
import { base64, counter, instant, sha256Hex, shortText, uuid } from './primitives.ts';

/** Job states of rollouts.md. The first list may move on; the second is final. */
export const OPEN_JOB_STATES = [
  'queued',
  'heldOffline',
  'offered',
  'planning',
  'waiting',
  'applying',
  'verifying',
  'baking',
  'retrying',
] as const;
export const FINAL_JOB_STATES = [
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
] as const;
export const jobState = z.enum([...OPEN_JOB_STATES, ...FINAL_JOB_STATES]);
export type JobState = z.infer<typeof jobState>;

/** One line of a plan: a diff, never prose alone. */
export const planChange = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('addFile'), path: z.string().max(4096), sha256: sha256Hex }),
  z.looseObject({ kind: z.literal('runTool'), argv: z.array(z.string().max(4096)).min(1).max(16) }),
  z.looseObject({
    kind: z.literal('addAnchor'),
    store: shortText,
    anchor: sha256Hex,
    subject: z.string().max(2048),
  }),
  /** A file of the system gets other content; `sha256` is that of the new one, null where only the host can tell. */
  z.looseObject({
    kind: z.literal('changeFile'),
    path: z.string().max(4096),
    sha256: sha256Hex.nullable(),
  }),
  /** The store keeps it, and rejects whatever it signs. */
  z.looseObject({
    kind: z.literal('distrustAnchor'),
    store: shortText,
    anchor: sha256Hex,
    subject: z.string().max(2048),
  }),
  // Undo and removal: what goes, and what is put back in its place.
  z.looseObject({ kind: z.literal('removeFile'), path: z.string().max(4096), sha256: sha256Hex }),
  z.looseObject({ kind: z.literal('restoreFile'), path: z.string().max(4096), sha256: sha256Hex }),
  z.looseObject({
    kind: z.literal('removeAnchor'),
    store: shortText,
    anchor: sha256Hex,
    subject: z.string().max(2048),
  }),
]);
export type PlanChange = z.infer<typeof planChange>;

/** An empty `changes` means the host complies already. */
export const jobPlan = z.looseObject({ changes: z.array(planChange).max(200) });
export type JobPlan = z.infer<typeof jobPlan>;

/** What was measured on the host, before or after. `holds` is the rule's answer there. */
export const jobEvidence = z.looseObject({
  store: shortText,
  bundlePath: z.string().max(4096),
  bundleSha256: sha256Hex.nullable(),
  anchors: z.int().nonnegative(),
  holds: z.boolean(),
});
export type JobEvidence = z.infer<typeof jobEvidence>;

/** When a verified change takes effect (rollouts.md `verified`). */
export const effective = z.enum(['now', 'appRestart', 'relogin', 'reboot']);
export type Effective = z.infer<typeof effective>;

export const jobEvent = z.looseObject({
  /** Unique per agent; the server acknowledges by it and drops duplicates. */
  eventId: uuid,
  jobId: uuid,
  attempt: counter,
  /** Grows by one within a job, from 1. */
  index: counter,
  at: instant,
  state: jobState,
  /** Machine-readable step, e.g. `writeAnchorFile`, `runStoreTool`, `readBack`. */
  step: z.string().max(64).nullable(),
  /** Reason for a person; null when the state says it all. */
  detail: z.string().max(4096).nullable(),
  plan: jobPlan.nullable(),
  before: jobEvidence.nullable(),
  after: jobEvidence.nullable(),
  undone: z.boolean().nullable(),
  /** With `verified`: when programs see the change. */
  effective: effective.nullable().optional(),
  /** With `retrying` and `baking`: when the job goes on, by server time. */
  nextAt: instant.nullable().optional(),
  /** Final events: Ed25519 over the canonical JSON of this event without `signature`, base64. */
  signature: base64.max(128).nullable(),
});
export type JobEvent = z.infer<typeof jobEvent>;
