import { caVariableName, clientName, variableScope, verdictCause } from '@trustfleet/protocol';
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

export const orderMode = z.enum(['plan', 'apply', 'undo']);

export const planChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('addFile'), path: z.string(), sha256: sha256Hex }),
  z.object({ kind: z.literal('changeFile'), path: z.string(), sha256: sha256Hex.nullable() }),
  z.object({
    kind: z.literal('distrustAnchor'),
    store: z.string(),
    anchor: sha256Hex,
    subject: z.string(),
  }),
  z.object({ kind: z.literal('runTool'), argv: z.array(z.string()) }),
  z.object({ kind: z.literal('addAnchor'), store: z.string(), anchor: sha256Hex, subject: z.string() }),
  z.object({ kind: z.literal('removeFile'), path: z.string(), sha256: sha256Hex }),
  z.object({ kind: z.literal('restoreFile'), path: z.string(), sha256: sha256Hex }),
  z.object({ kind: z.literal('removeAnchor'), store: z.string(), anchor: sha256Hex, subject: z.string() }),
  z.object({
    kind: z.literal('setVariable'),
    name: caVariableName,
    scope: variableScope,
    owner: z.string().nullable(),
    /** Null unsets it. */
    value: z.string().nullable(),
    previous: z.string().nullable(),
    source: z.string(),
  }),
  z.object({
    kind: z.literal('changePackage'),
    python: z.string(),
    name: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
  z.object({ kind: z.literal('replaceCode'), path: z.string(), from: z.string().nullable(), to: z.string() }),
  z.object({ kind: z.literal('propose'), path: z.string(), owner: z.string(), patch: z.string() }),
]);

const verdictResult = z.enum(['verifies', 'fails', 'unverified', 'unknown', 'absent']);

/** How one verdict of the host changes: predicted in a plan, measured in a proof. */
export const verdictChange = z.object({
  python: z.string().nullable(),
  client: clientName,
  accounts: z.array(z.string()),
  endpoint: z.uuid(),
  address: z.string(),
  before: verdictResult,
  after: verdictResult,
  cause: verdictCause.nullable(),
  error: z.string().nullable(),
});
export type VerdictChange = z.infer<typeof verdictChange>;

export const jobPlan = z.object({
  changes: z.array(planChange),
  verdicts: z.array(verdictChange).optional(),
  managers: z.array(z.object({ target: z.string(), manager: z.string() })).optional(),
  affected: z.array(z.string()).optional(),
  remarks: z.array(z.string()).optional(),
});

export const storeEvidence = z.object({
  store: z.string(),
  bundlePath: z.string(),
  bundleSha256: sha256Hex.nullable(),
  anchors: z.int(),
  holds: z.boolean(),
});
/** Of what is no trust store: a bundle, variable, package, API copy or core. */
export const subjectEvidence = z.object({
  subject: z.enum(['bundle', 'variable', 'package', 'api', 'core', 'code', 'several']),
  name: z.string(),
  state: z.string().nullable(),
  sha256: sha256Hex.nullable(),
  holds: z.boolean(),
});
export const evidence = z.union([storeEvidence, subjectEvidence]);

export const jobSummary = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  hostId: z.uuid(),
  hostName: z.string(),
  remedy: z.string(),
  mode: orderMode,
  /** What it is about, for a list: the anchor's name. */
  title: z.string(),
  state: jobState,
  final: z.boolean(),
  attempt: z.int(),
  /** How many attempts its order allows, where the answer says so. */
  attempts: z.int().optional(),
  notBefore: instant,
  deliverBy: instant,
  /** Of `retrying` and `baking`: when it goes on. */
  nextAt: instant.nullable(),
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
  /** Kept as evidence, changed no state: it came after the end, twice, or by no legal step. */
  late: z.boolean(),
});

export const jobDetail = jobSummary.extend({
  createdBy: z.string(),
  reason: z.string(),
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  plan: jobPlan.nullable(),
  before: evidence.nullable(),
  after: evidence.nullable(),
  undone: z.boolean().nullable(),
  /** When a verified change takes effect. */
  effective: z.enum(['now', 'appRestart', 'relogin', 'reboot']).nullable(),
  /** Verdicts that real handshakes before and after found to differ; null before the end. */
  proof: z.array(verdictChange).nullable().optional(),
  /** Programs that began before the change and keep what they loaded. */
  waitsFor: z
    .array(z.object({ account: z.string(), program: z.string(), pid: z.int(), since: instant }))
    .nullable()
    .optional(),
  /** The job that this one undoes. */
  undoes: z.uuid().nullable(),
  /** Jobs that undo (or tried to undo) this one, newest first. */
  undoneBy: z.array(jobSummary),
  /** It may be asked to be given up: not final, and not changing the host. */
  cancellable: z.boolean(),
  cancelRequestedAt: instant.nullable(),
  /** It changed its host, that was not undone, and no undo is on its way. */
  undoable: z.boolean(),
  /** Why nothing is offered to its host, so that the job waits; null as a rule. */
  held: z.enum(['revoked', 'cloned', 'refused']).nullable().optional(),
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

/** Remedies that a person orders for one certificate. */
export const anchorRemedy = z.enum(['trustStore.addAnchor', 'trustStore.removeAnchor']);
export type AnchorRemedy = z.infer<typeof anchorRemedy>;

/** Remedies that are ordered by their parameters. */
export const parameterRemedy = z.enum([
  'bundle.deploy',
  'variable.set',
  'variable.unset',
  'python.upgradePackage',
  'shotgunApi.replace',
  'toolkit.upgradeCore',
  'code.report',
  'trust.repair',
]);
export type ParameterRemedy = z.infer<typeof parameterRemedy>;

/** Remedies that a person can order (libs/remedies knows what they do). */
export const orderRemedy = z.enum([...anchorRemedy.options, ...parameterRemedy.options]);
export type OrderRemedy = z.infer<typeof orderRemedy>;

/** What every order says; `notBefore` in the future schedules it. */
const orderFields = {
  mode: z.enum(['plan', 'apply']),
  hostIds: z.array(z.uuid()).min(1).max(1000),
  notBefore: instant.optional(),
  /** Delivery deadline; default 7 days after notBefore (rollouts.md "Two clocks"). */
  deliverBy: instant.optional(),
  reason: z.string().trim().min(1).max(500),
  /** What the agents may do by themselves (libs/protocol `orderLimits`). */
  limits: z
    .object({
      attempts: z.int().min(1).max(5).default(1),
      backoffSeconds: z.int().min(1).max(21_600).default(60),
      bakeSeconds: z.int().min(0).max(604_800).default(0),
    })
    .optional(),
  /** A host's plan may make one of its verdicts worse; without it such a plan is refused there. */
  allowWorse: z.boolean().optional(),
};

/** `anchorPem` or `anchorSha256`: a certificate that the server holds; a removal names one by its digest. */
export const createAnchorOrder = z.object({
  ...orderFields,
  remedy: anchorRemedy,
  /** Id of the store, as hosts report it, or `bundle:<absolute path>`; the operating system's own store without it. */
  store: z.string().min(1).max(512).optional(),
  anchorSha256: sha256Hex.optional(),
  anchorPem: z
    .string()
    .max(256 * 1024)
    .optional(),
});
export type CreateAnchorOrder = z.infer<typeof createAnchorOrder>;

/** `parameters` as libs/remedies says for the remedy; what they name by SHA-256 the server holds already. */
export const createParameterOrder = z.object({
  ...orderFields,
  remedy: parameterRemedy,
  parameters: z.record(z.string().max(64), z.json()),
});
export type CreateParameterOrder = z.infer<typeof createParameterOrder>;

/** One remedy for one or many hosts. */
export const createOrder = z.discriminatedUnion('remedy', [createAnchorOrder, createParameterOrder]);
export type CreateOrder = z.infer<typeof createOrder>;

export const orderView = z.object({
  id: z.uuid(),
  remedy: z.string(),
  mode: orderMode,
  title: z.string(),
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  /** The store that it changes; null for the operating system's own. */
  store: z.string().nullable(),
  /** As signed. */
  parameters: z.record(z.string(), z.json()),
  reason: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  notBefore: instant,
  expiresAt: instant,
  targets: z.int(),
  counts: z.record(z.string(), z.int()),
  jobs: z.array(jobSummary),
  /** The order that this one undoes. */
  undoes: z.uuid().nullable(),
  /** Orders that undo this one, newest first. */
  undoneBy: z.array(z.object({ id: z.uuid(), createdAt: instant, targets: z.int() })),
  cancellable: z.boolean(),
  undoable: z.boolean(),
});
export type OrderView = z.infer<typeof orderView>;
export const orderPage = page(orderView.omit({ jobs: true }));

/** Jobs that wait end `cancelled`; a host that has the job is asked to give it up, and finishes if it is changing already. */
export const cancelRequest = z.object({ reason: z.string().trim().min(1).max(500) });
/** Takes back what an order (or one job) changed, where a job did change its host: answers the new order. */
export const undoRequest = z.object({ reason: z.string().trim().min(1).max(500) });
