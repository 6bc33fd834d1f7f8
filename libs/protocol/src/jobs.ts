import { z } from 'zod';
import { base64, counter, hostPath, instant, sha256Hex, shortText, uuid } from './primitives.ts';
import { clientName } from './sections/endpoints.ts';
import { caVariableName, variableScope } from './sections/variables.ts';
import { verdictCause } from './sections/verdicts.ts';

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
  /** `value` null unsets it; `previous` null: it was not set there. `source`: the file or registry key that holds it. */
  z.looseObject({
    kind: z.literal('setVariable'),
    name: caVariableName,
    scope: variableScope,
    owner: shortText.nullable(),
    value: hostPath.nullable(),
    previous: hostPath.nullable(),
    source: hostPath,
  }),
  /** Of one Python environment; `from` null: it was not installed. */
  z.looseObject({
    kind: z.literal('changePackage'),
    python: hostPath,
    name: shortText,
    from: shortText.nullable(),
    to: shortText.nullable(),
  }),
  /** A directory or single file that is executed (a copy of shotgun_api3, a Toolkit core) gives way to another version as a whole. */
  z.looseObject({
    kind: z.literal('replaceCode'),
    path: hostPath,
    from: shortText.nullable(),
    to: shortText,
  }),
  /** Nothing is done here: what a person or another manager has to do. `patch` is a unified diff, or a file for that manager. */
  z.looseObject({
    kind: z.literal('propose'),
    path: hostPath,
    /** Whose it is: `code`, `gpo`, `mdm`, `package`, `ansible`, `puppet`, `sourceConfiguration`, `launcher`. */
    owner: shortText,
    patch: z.string().max(16_384),
  }),
]);
export type PlanChange = z.infer<typeof planChange>;

/** How one verdict of the host changes: a line of a plan (predicted) or of a proof (probed). */
export const verdictChange = z.looseObject({
  /** Path of the Python environment; null for what is no Python. */
  python: hostPath.nullable(),
  client: clientName,
  accounts: z.array(shortText).max(200),
  endpoint: uuid,
  /** For people: `host:port`. */
  address: shortText,
  before: z.enum(['verifies', 'fails', 'unverified', 'unknown', 'absent']),
  after: z.enum(['verifies', 'fails', 'unverified', 'unknown', 'absent']),
  /** Of what fails afterwards. */
  cause: verdictCause.nullable(),
  error: shortText.nullable(),
});
export type VerdictChange = z.infer<typeof verdictChange>;

/** An empty `changes` means the host complies already. */
export const jobPlan = z.looseObject({
  changes: z.array(planChange).max(200),
  /** How the host's known verdicts change, those that get worse first; absent where no endpoint is known. */
  verdicts: z.array(verdictChange).max(500).optional(),
  /** Who else writes what the plan touches: a path or key, and its manager. */
  managers: z
    .array(z.looseObject({ target: hostPath, manager: shortText }))
    .max(50)
    .optional(),
  /** Accounts and services whose new programs see it; empty: every program of the machine. */
  affected: z.array(shortText).max(200).optional(),
  /** What a person should know of the plan beside its lines. */
  remarks: z.array(z.string().max(2048)).max(20).optional(),
  /** Of a remedy that is made of others: which it chose, in the order in which they are carried out. */
  parts: z
    .array(z.looseObject({ remedy: shortText, parameters: z.record(z.string(), z.unknown()) }))
    .max(64)
    .optional(),
});
export type JobPlan = z.infer<typeof jobPlan>;

/** What was measured of one trust store. `holds` is the rule's answer there. */
export const storeEvidence = z.looseObject({
  store: shortText,
  bundlePath: z.string().max(4096),
  bundleSha256: sha256Hex.nullable(),
  anchors: z.int().nonnegative(),
  holds: z.boolean(),
});

/** What was measured of any other thing that a remedy changes. */
export const subjectEvidence = z.looseObject({
  subject: z.enum(['bundle', 'variable', 'package', 'api', 'core', 'code', 'several']),
  /** Path, or name where there is none (a variable with its scope). */
  name: hostPath,
  /** Version or value; null where it is not there. */
  state: hostPath.nullable(),
  /** SHA-256 over what stands there; equal where nothing changed. Null where it is not there. */
  sha256: sha256Hex.nullable(),
  holds: z.boolean(),
});

/** What was measured on the host, before or after. */
export const jobEvidence = z.union([storeEvidence, subjectEvidence]);
export type JobEvidence = z.infer<typeof jobEvidence>;
export type StoreEvidence = z.infer<typeof storeEvidence>;
export type SubjectEvidence = z.infer<typeof subjectEvidence>;

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
  /** With final events: verdicts that were measured by real handshakes before and after, where they differ or where one got worse. */
  proof: z.array(verdictChange).max(500).nullable().optional(),
  /** With `appRestart`: programs that began before the change and keep what they loaded. */
  waitsFor: z
    .array(
      z.looseObject({ account: shortText, program: shortText, pid: z.int().nonnegative(), since: instant }),
    )
    .max(200)
    .nullable()
    .optional(),
  /** With `retrying` and `baking`: when the job goes on, by server time. */
  nextAt: instant.nullable().optional(),
  /** Final events: Ed25519 over the canonical JSON of this event without `signature`, base64. */
  signature: base64.max(128).nullable(),
});
export type JobEvent = z.infer<typeof jobEvent>;
