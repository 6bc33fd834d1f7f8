import { sha256Hex } from '@trustfleet/certificates';
import {
  job as jobSchema,
  type Job,
  type JobMessage,
  type JobState,
  type KeySet,
  type Order,
} from '@trustfleet/protocol';
import { keysFor, openJob, openOrder, type OpenRefusal } from '@trustfleet/signing';
import { z } from 'zod';
import { notPermittedReason, remedyNotPermitted, type AllowList } from './allow-list.ts';
import { workOf } from './allow-list-needs.ts';
import type { RepairIdentity } from './ports.ts';
import type { RemedyExecutor } from './remedy.ts';

/** How far an order's `notBefore` may lie ahead of the server time known here, which lags by the network's delay. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Everything that decides whether a job is taken on. */
export interface AcceptanceContext {
  readonly identity: RepairIdentity;
  /** Server time: the agent's monotonic clock plus the signed time of the last `welcome`; null before the first. */
  readonly serverTime: Date | null;
  readonly allowList: AllowList;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  /** An artifact that the message does not bring can be fetched: it is proved, and the list asked again, before anything is done. */
  readonly fetches?: boolean;
}

export type Acceptance =
  | {
      readonly kind: 'accepted';
      readonly order: Order;
      readonly job: Job;
      readonly artifacts: Readonly<Record<string, string>>;
    }
  /** Answered with a final state, nothing is done. */
  | { readonly kind: 'answered'; readonly state: JobState; readonly detail: string };

/** Job id as the envelope claims it, before any check: only to have something to answer about. */
export interface ClaimedJob {
  readonly jobId: string;
  readonly attempt: number;
}

/** A payload before any check; undefined for what is no JSON. */
function claimedPayload(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Null for a payload that names no job: there is nothing to answer then. */
export function claimedJob(message: JobMessage): ClaimedJob | null {
  const parsed = jobSchema.safeParse(claimedPayload(message.job.payload));
  return parsed.success ? { jobId: parsed.data.jobId, attempt: parsed.data.attempt } : null;
}

const claimedRemedy = z.looseObject({ remedy: z.string() });

/**
 * Whose signatures an order needs: where the fleet has approvers, an order of class `trust` or `code` needs `threshold` of them; the
 * server's key signs the rest (security.md). Which class it is, the payload itself claims before it is verified; that decides nothing
 * but the keys, and what those keys signed is the same bytes. A remedy that is not known here is answered, never run: any key of the
 * fleet may have signed its order.
 */
function orderSigners(
  message: JobMessage,
  keySet: KeySet,
  remedies: AcceptanceContext['remedies'],
): { keys: string[]; threshold: number } {
  const [server, approvers] = [keysFor(keySet, 'server'), keysFor(keySet, 'approver')];
  const claimed = claimedRemedy.safeParse(claimedPayload(message.order.payload)).data?.remedy ?? '';
  const known = Object.hasOwn(remedies, claimed) ? remedies[claimed] : undefined;
  if (known === undefined) return { keys: [...server, ...approvers], threshold: 1 };
  if (approvers.length === 0 || known.class === 'setting') return { keys: server, threshold: 1 };
  return { keys: approvers, threshold: keySet.threshold };
}

const answer = (state: JobState, detail: string): Acceptance => ({ kind: 'answered', state, detail });

/** A payload that the right key signed and this release does not understand is no attack. */
const stateForRefusal = (reason: OpenRefusal): JobState =>
  reason === 'malformed' ? 'incompatible' : 'refused';

/** Why the order may not run at this time, by the server's clock (protocol.md, "Signed orders and jobs"). */
function timeProblem(order: Order, serverTime: Date | null): Acceptance | null {
  if (serverTime === null)
    return answer(
      'refused',
      'The server has not told its time yet, so the validity of the order cannot be judged.',
    );
  if (serverTime.getTime() > Date.parse(order.expiresAt)) {
    return answer(
      'deliveryExpired',
      `The order expired at ${order.expiresAt}; the server's time is ${serverTime.toISOString()}.`,
    );
  }
  if (serverTime.getTime() + CLOCK_TOLERANCE_MS < Date.parse(order.notBefore)) {
    return answer(
      'refused',
      `The order is valid from ${order.notBefore}; the server's time is ${serverTime.toISOString()}.`,
    );
  }
  return null;
}

/** The order's artifacts out of the message, each proved by its digest. */
function provenArtifacts(
  order: Order,
  message: JobMessage,
  { fetches = false }: Pick<AcceptanceContext, 'fetches'>,
): Record<string, string> | Acceptance {
  const proven: Record<string, string> = {};
  for (const digest of order.artifacts) {
    const bytes = Object.hasOwn(message.artifacts, digest) ? message.artifacts[digest] : undefined;
    if (bytes === undefined && fetches) continue;
    if (bytes === undefined) return answer('refused', `The artifact ${digest} of the order is missing.`);
    const found = sha256Hex(new Uint8Array(Buffer.from(bytes, 'base64')));
    if (found !== digest)
      return answer('refused', `The artifact ${digest} of the order arrived with the content ${found}.`);
    proven[digest] = bytes;
  }
  return proven;
}

const isAcceptance = (value: Record<string, string> | Acceptance): value is Acceptance => 'kind' in value;

/** What is still to be fetched cannot be judged yet: the list is asked again when it is here. */
function forbiddenReason(
  order: Order,
  artifacts: Record<string, string>,
  { allowList }: Pick<AcceptanceContext, 'allowList'>,
): string | null {
  const complete = order.artifacts.every((digest) => Object.hasOwn(artifacts, digest));
  return complete ? notPermittedReason(allowList, workOf(order, artifacts)) : null;
}

/** Signatures, fleet, host and targets first; then time, remedy, allow-list and content. Changes nothing. */
export function acceptJob(message: JobMessage, context: AcceptanceContext): Acceptance {
  const { identity, remedies } = context;
  const keySet = identity.keySet();
  const order = openOrder({
    ...orderSigners(message, keySet, remedies),
    envelope: message.order,
    fleetId: identity.fleetId,
  });
  if (!order.ok) return answer(stateForRefusal(order.reason), order.detail);
  const job = openJob({
    envelope: message.job,
    keys: keysFor(keySet, 'server'),
    order: order.value,
    hostId: identity.hostId,
  });
  if (!job.ok) return answer(stateForRefusal(job.reason), job.detail);
  const late = timeProblem(order.value, context.serverTime);
  if (late) return late;
  const { remedy, mode } = order.value;
  if (!Object.hasOwn(remedies, remedy))
    return answer('incompatible', `This agent does not know the remedy ${remedy}.`);
  if (mode === 'undo' && job.value.undoes === undefined)
    return answer('incompatible', 'The order is to undo, and the job does not say which job.');
  const unlisted = remedyNotPermitted(context.allowList, remedy);
  if (unlisted !== null) return answer('notPermitted', unlisted);
  const artifacts = provenArtifacts(order.value, message, context);
  if (isAcceptance(artifacts)) return artifacts;
  const forbidden = forbiddenReason(order.value, artifacts, context);
  if (forbidden !== null) return answer('notPermitted', forbidden);
  return { kind: 'accepted', order: order.value, job: job.value, artifacts };
}
