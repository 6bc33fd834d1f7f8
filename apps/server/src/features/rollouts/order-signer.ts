import type { KeyObject } from 'node:crypto';
import type { CreateOrder } from '@trustfleet/api';
import type { NewJob, NewOrder } from '@trustfleet/database';
import { addAnchorParameters, REMEDIES } from '@trustfleet/remedies';
import { merkleProofs, signJob, signOrder } from '@trustfleet/signing';
import { namedAnchor, type OrderAnchor, type OrderTimes } from './order-draft.ts';
import { uuidV7 } from './uuid-v7.ts';

/** Without approver keys the server's key signs everything (security.md). */
export interface OrderSigner {
  readonly fleetId: string;
  readonly key: KeyObject;
}

interface OrderDraft {
  readonly request: CreateOrder;
  readonly anchor: OrderAnchor;
  readonly times: OrderTimes;
  /** Without duplicates. */
  readonly hostIds: readonly string[];
  readonly seq: number;
  readonly at: Date;
  readonly createdBy: string;
}

/** rollouts.md "Two clocks": the agent's, default 5 minutes. */
export const EXECUTION_TIMEOUT_MS = 5 * 60_000;

/** The rows of an order and of one job a host, each with the envelope that proves it. */
export function signDraft(
  signer: OrderSigner,
  draft: OrderDraft,
): { readonly order: NewOrder; readonly jobs: readonly NewJob[] } {
  const { request, anchor, times, hostIds } = draft;
  const orderId = uuidV7(draft.at);
  const targets = merkleProofs(hostIds);
  const parameters = addAnchorParameters.parse({ anchor: namedAnchor(anchor).sha256 });
  const envelope = signOrder(
    {
      format: 1,
      orderId,
      fleetId: signer.fleetId,
      remedy: REMEDIES[request.remedy].name,
      parameters,
      mode: request.mode,
      artifacts: [parameters.anchor],
      targets: { count: hostIds.length, merkleRoot: targets.root },
      notBefore: times.notBefore.toISOString(),
      expiresAt: times.deliverBy.toISOString(),
      orderSeq: draft.seq,
      reason: request.reason,
    },
    [signer.key],
  );
  const order: NewOrder = {
    id: orderId,
    remedy: request.remedy,
    mode: request.mode,
    title: anchor.name,
    anchor: namedAnchor(anchor),
    parameters,
    reason: request.reason,
    createdBy: draft.createdBy,
    createdAt: draft.at,
    notBefore: times.notBefore,
    expiresAt: times.deliverBy,
    seq: draft.seq,
    envelope,
  };
  const jobs = hostIds.map((hostId) =>
    newJob(signer, { ...draft, orderId, hostId, merkleProof: targets.proofs.get(hostId) ?? [] }),
  );
  return { order, jobs };
}

type JobDraft = OrderDraft & {
  readonly orderId: string;
  readonly hostId: string;
  readonly merkleProof: Parameters<typeof signJob>[0]['merkleProof'];
};

function newJob(signer: OrderSigner, draft: JobDraft): NewJob {
  const { orderId, hostId, merkleProof, times } = draft;
  const id = uuidV7(draft.at);
  const attempt = 1;
  const envelope = signJob(
    { format: 1, jobId: id, orderId, hostId, merkleProof, attempt, executionTimeoutMs: EXECUTION_TIMEOUT_MS },
    signer.key,
  );
  return {
    id,
    hostId,
    attempt,
    notBefore: times.notBefore,
    deliverBy: times.deliverBy,
    executionTimeoutMs: EXECUTION_TIMEOUT_MS,
    envelope,
  };
}
