import type { KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NewJob, NewOrder } from '@trustfleet/database';
import { merkleProofs, signJob, signOrder } from '@trustfleet/signing';
import type { OrderContent, OrderTimes } from './order-draft.ts';
import { uuidV7 } from './uuid-v7.ts';

/** Without approver keys the server's key signs everything (security.md). */
export interface OrderSigner {
  readonly fleetId: string;
  readonly key: KeyObject;
}

/** One host of an order, each once. */
export interface OrderTarget {
  readonly hostId: string;
  /** In an order of mode `undo`: the job to take back. */
  readonly undoes: string | null;
}

export interface OrderDraft {
  readonly content: OrderContent;
  readonly times: OrderTimes;
  readonly targets: readonly OrderTarget[];
  readonly seq: number;
  readonly at: Date;
  readonly createdBy: string;
}

/** rollouts.md "Two clocks": the agent's, default 5 minutes. */
export const EXECUTION_TIMEOUT_MS = 5 * 60_000;

/** Jobs that are signed before the event loop gets its turn: a thousand at once would hold up every socket. */
const SIGNED_AT_ONCE = 50;

/** The rows of an order and of one job a host, each with the envelope that proves it. */
export async function signDraft(
  signer: OrderSigner,
  draft: OrderDraft,
): Promise<{ readonly order: NewOrder; readonly jobs: readonly NewJob[] }> {
  const { content, times, targets, at, seq, createdBy } = draft;
  const { remedy, parameters, mode, artifacts, limits, allowWorse, reason, title, anchor, undoes } = content;
  const orderId = uuidV7(at);
  const tree = merkleProofs(targets.map(({ hostId }) => hostId));
  const envelope = signOrder(
    {
      format: 1,
      orderId,
      fleetId: signer.fleetId,
      remedy,
      parameters,
      mode,
      artifacts: [...artifacts],
      targets: { count: targets.length, merkleRoot: tree.root },
      limits,
      ...(allowWorse ? { allowWorse } : {}),
      notBefore: times.notBefore.toISOString(),
      expiresAt: times.deliverBy.toISOString(),
      orderSeq: seq,
      reason,
    },
    [signer.key],
  );
  const order: NewOrder = {
    ...{ id: orderId, remedy, mode, title, anchor, parameters, limits, reason, undoes, seq, envelope },
    ...{ createdBy, createdAt: at, notBefore: times.notBefore, expiresAt: times.deliverBy },
  };
  const jobs: NewJob[] = [];
  for (const [index, target] of targets.entries()) {
    if (index > 0 && index % SIGNED_AT_ONCE === 0) await nextTurn();
    const merkleProof = tree.proofs.get(target.hostId) ?? [];
    jobs.push(newJob(signer, { ...target, orderId, merkleProof, times, at }));
  }
  return { order, jobs };
}

interface JobDraft extends OrderTarget {
  readonly orderId: string;
  readonly merkleProof: Parameters<typeof signJob>[0]['merkleProof'];
  readonly times: OrderTimes;
  readonly at: Date;
}

function newJob(signer: OrderSigner, draft: JobDraft): NewJob {
  const { orderId, hostId, undoes, merkleProof, times } = draft;
  const id = uuidV7(draft.at);
  const attempt = 1;
  const executionTimeoutMs = EXECUTION_TIMEOUT_MS;
  const content = {
    format: 1 as const,
    jobId: id,
    orderId,
    hostId,
    merkleProof,
    attempt,
    executionTimeoutMs,
  };
  const envelope = signJob(undoes === null ? content : { ...content, undoes }, signer.key);
  const { notBefore, deliverBy } = times;
  return { id, hostId, attempt, notBefore, deliverBy, executionTimeoutMs, undoes, envelope };
}
