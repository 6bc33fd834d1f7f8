import { job, jobEvent, jobEvidence, jobPlan, order, verdictChange } from '@trustfleet/protocol';
import { z } from 'zod';
import { journaledMeasurement } from './measurement.ts';

/**
 * Format of a job's journal; stands in its first entry. 2 knows `takingBack`, `cancelAsked`, `undone` and undo by the owner; 3 has
 * inverses of entries and of selections, which an older release could not carry out; 4 knows what handshakes found before and after.
 */
export const JOURNAL_FORMAT = 4;
const format = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(JOURNAL_FORMAT)]);

/** Set on a job that the host's owner asked for on the host itself: no server knows it, and none hears its events. */
const origin = z.literal('owner').optional();

const stepName = z.string().max(64);
const proof = z.array(verdictChange).max(500);

/**
 * What a job's journal may hold, in the order of its way. An entry is on disk BEFORE what it announces begins, and
 * `stepStarted` carries what is needed to take that step back.
 */
export const journalEntry = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('accepted'),
    format,
    origin,
    at: z.iso.datetime(),
    order,
    job,
    /** Bytes of the artifacts by SHA-256, base64. */
    artifacts: z.record(z.string(), z.string()),
  }),
  z.looseObject({ kind: z.literal('planned'), plan: jobPlan }),
  z.looseObject({ kind: z.literal('beforeEvidence'), evidence: jobEvidence }),
  z.looseObject({ kind: z.literal('stepStarted'), step: stepName, inverse: z.unknown() }),
  z.looseObject({ kind: z.literal('stepDone'), step: stepName }),
  /** What real handshakes found before the first step. */
  z.looseObject({ kind: z.literal('measuredBefore'), measured: journaledMeasurement }),
  /** What they found after the last, where they could not tell all of it: it is tried again. */
  z.looseObject({
    kind: z.literal('handshakes'),
    /** How often they were tried so far. */
    tries: z.int().positive(),
    /** Until the next try, while this machine is awake, milliseconds. */
    delayMs: z.int().nonnegative(),
    /** Points that are open; null: nothing could be measured at all. */
    open: z.array(z.string().max(64)).max(5000).nullable(),
    evidence: jobEvidence,
    detail: z.string().max(4096).nullable(),
    proof,
  }),
  z.looseObject({ kind: z.literal('verified'), evidence: jobEvidence, proof: proof.optional() }),
  /** The attempt failed and is undone from here on, whatever stops the agent meanwhile. */
  z.looseObject({
    kind: z.literal('takingBack'),
    reason: z.string().max(4096),
    timedOut: z.boolean(),
    proof: proof.optional(),
  }),
  z.looseObject({ kind: z.literal('undoStarted'), step: stepName, reason: z.string().max(4096) }),
  z.looseObject({ kind: z.literal('undoDone'), step: stepName }),
  /** Somebody asked to give the job up; heard until its first step. */
  z.looseObject({ kind: z.literal('cancelAsked'), at: z.iso.datetime() }),
  /** Another job took this one's change back, after its end. `event` is what the server hears of it, where it did not order that. */
  z.looseObject({ kind: z.literal('undone'), by: z.uuid(), event: jobEvent.nullable() }),
  /** An event on its way to the server; it waits here until acknowledged. */
  z.looseObject({ kind: z.literal('event'), event: jobEvent }),
  z.looseObject({ kind: z.literal('acknowledged'), eventIds: z.array(z.uuid()).max(100) }),
  /** The last event. Also the only entry of a job that was answered without being accepted. */
  z.looseObject({ kind: z.literal('final'), format, origin, event: jobEvent }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;
export type AcceptedEntry = Extract<JournalEntry, { kind: 'accepted' }>;
