import { job, jobEvent, jobEvidence, jobPlan, order } from '@trustfleet/protocol';
import { z } from 'zod';

/**
 * Format of a job's journal; stands in its first entry. 2 knows `takingBack`, `cancelAsked`, `undone` and undo by the owner; 3 has
 * inverses of entries and of selections, which an older release could not carry out.
 */
export const JOURNAL_FORMAT = 3;
const format = z.union([z.literal(1), z.literal(2), z.literal(JOURNAL_FORMAT)]);

/** Set on a job that the host's owner asked for on the host itself: no server knows it, and none hears its events. */
const origin = z.literal('owner').optional();

const stepName = z.string().max(64);

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
  z.looseObject({ kind: z.literal('verified'), evidence: jobEvidence }),
  /** The attempt failed and is undone from here on, whatever stops the agent meanwhile. */
  z.looseObject({ kind: z.literal('takingBack'), reason: z.string().max(4096), timedOut: z.boolean() }),
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
