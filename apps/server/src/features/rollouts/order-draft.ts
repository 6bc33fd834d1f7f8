import { inspectAnchor, pemToDer, toPem, type CertificateFacts } from '@trustfleet/certificates';
import type { CreateAnchorOrder, CreateOrder } from '@trustfleet/api';
import type { CertificateRepository, NamedAnchor, Order } from '@trustfleet/database';
import type { OrderLimits, OrderMode } from '@trustfleet/protocol';
import { REMEDIES, roleOf } from '@trustfleet/remedies';
import { ApiProblem, notFound } from '../../http/api-problem.ts';

/** The certificate of an order, inspected: nothing that is refused here is ever signed. */
export interface OrderAnchor {
  readonly facts: CertificateFacts;
  readonly der: Uint8Array;
  readonly name: string;
}

/** When an order's jobs may go out and until when. */
export interface OrderTimes {
  readonly notBefore: Date;
  readonly deliverBy: Date;
}

/** What an order is about, before it is signed. */
export interface OrderContent {
  readonly remedy: string;
  readonly mode: OrderMode;
  /** For a list: the anchor's name. */
  readonly title: string;
  readonly anchor: NamedAnchor | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** SHA-256 of every artifact that the parameters name. */
  readonly artifacts: readonly string[];
  readonly limits: OrderLimits;
  /** A host's plan may make one of its verdicts worse. */
  readonly allowWorse: boolean;
  readonly reason: string;
  /** The order that this one undoes. */
  readonly undoes: string | null;
}

const DAY_MS = 86_400_000;
/** rollouts.md "Two clocks". */
const DEFAULT_DELIVERY_MS = 7 * DAY_MS;
const LONGEST_DELIVERY_MS = 366 * DAY_MS;

function invalid(path: string, message: string): ApiProblem {
  return new ApiProblem({ status: 400, code: 'invalidRequest', message, issues: [{ path, message }] });
}

/** What a person calls a certificate. */
export function anchorName(facts: Pick<CertificateFacts, 'commonName' | 'subject' | 'sha256'>): string {
  const name = facts.commonName ?? facts.subject;
  return name === '' ? facts.sha256.slice(0, 16) : name.slice(0, 200);
}

export function namedAnchor(anchor: OrderAnchor): NamedAnchor {
  return { sha256: anchor.facts.sha256, name: anchor.name };
}

const NO_LIMITS = { attempts: 1, backoffSeconds: 60, bakeSeconds: 0 };

/** In the units of the wire. */
export function limitsOf({ limits }: Pick<CreateOrder, 'limits'>): OrderLimits {
  const { attempts, backoffSeconds, bakeSeconds } = limits ?? NO_LIMITS;
  return { attempts, backoffMs: backoffSeconds * 1000, bakeMs: bakeSeconds * 1000 };
}

/** What a person orders for one certificate. */
export function anchorContent(request: CreateAnchorOrder, anchor: OrderAnchor): OrderContent {
  const remedy = REMEDIES[request.remedy];
  const { store } = request;
  const given = { anchor: anchor.facts.sha256, ...(store === undefined ? {} : { store }) };
  const checked = remedy.parameters.safeParse(given);
  if (!checked.success)
    throw invalid('store', 'There is no store of this name: choose one that hosts report.');
  const parameters = checked.data;
  return {
    remedy: remedy.name,
    mode: request.mode,
    title: anchor.name,
    anchor: namedAnchor(anchor),
    parameters,
    artifacts: [parameters.anchor],
    limits: limitsOf(request),
    allowWorse: request.allowWorse ?? false,
    reason: request.reason,
    undoes: null,
  };
}

/** What takes an order back: the same remedy and parameters; what is gone needs no time to prove itself. */
export function undoContent(order: Order, artifacts: readonly string[], reason: string): OrderContent {
  const { remedy, title, anchor, parameters, limits } = order;
  return {
    ...{ remedy, title, anchor, parameters, artifacts, reason },
    mode: 'undo',
    // What an order brought may go again, whatever that breaks: it was so before.
    allowWorse: true,
    limits: { ...limits, bakeMs: 0 },
    undoes: order.id,
  };
}

/** The time span of an order. @throws ApiProblem when it ends before it begins */
export function orderTimes(request: Pick<CreateOrder, 'notBefore' | 'deliverBy'>, now: Date): OrderTimes {
  const asked = request.notBefore === undefined ? now : new Date(request.notBefore);
  const notBefore = asked > now ? asked : now;
  const deliverBy =
    request.deliverBy === undefined
      ? new Date(notBefore.getTime() + DEFAULT_DELIVERY_MS)
      : new Date(request.deliverBy);
  if (deliverBy <= notBefore)
    throw invalid('deliverBy', 'The deadline lies before the start: choose a later one.');
  if (deliverBy.getTime() - now.getTime() > LONGEST_DELIVERY_MS)
    throw invalid('deliverBy', 'The deadline is more than a year away: choose an earlier one.');
  return { notBefore, deliverBy };
}

/** What speaks against trusting a certificate, and for removing or rejecting it. */
const ONLY_AGAINST_TRUST: ReadonlySet<string> = new Set([
  'notAuthority',
  'expired',
  'notYetValid',
  'weakKey',
  'weakSignature',
]);

/** An addition to a store of rejected certificates trusts nothing. */
function makesTrusted({ remedy, store }: CreateAnchorOrder): boolean {
  if (remedy === 'trustStore.removeAnchor') return false;
  return store === undefined || roleOf({ id: store }) !== 'rejected';
}

/** The certificate that the request names or brings. @throws ApiProblem with the reasons when it may not become an anchor, or is none */
export async function orderAnchor(
  request: CreateAnchorOrder,
  certificates: CertificateRepository,
  now: Date,
): Promise<OrderAnchor> {
  if ((request.anchorPem === undefined) === (request.anchorSha256 === undefined)) {
    throw invalid(
      'anchorPem',
      'Name exactly one certificate: either its PEM text or the SHA-256 of one that the fleet holds.',
    );
  }
  const pem = request.anchorPem ?? (await heldPem(request.anchorSha256 ?? '', certificates));
  const inspected = inspectAnchor(pem, now);
  const { certificate } = inspected;
  const refusals = inspected.refusals.filter(
    ({ code }) => makesTrusted(request) || !ONLY_AGAINST_TRUST.has(code),
  );
  if (certificate === null || refusals.length > 0) {
    throw new ApiProblem({
      status: 422,
      code: 'anchorRefused',
      message: refusals[0]?.message ?? 'This is no certificate that may become an anchor.',
      issues: refusals.map((refusal) => ({ path: refusal.code, message: refusal.message })),
    });
  }
  return { facts: certificate, der: pemToDer(certificate.pem), name: anchorName(certificate) };
}

async function heldPem(sha256: string, certificates: CertificateRepository): Promise<string> {
  const held = await certificates.get(sha256);
  if (held === null) throw notFound('certificate');
  return toPem(held.der);
}
