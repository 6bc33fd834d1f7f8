import type { KeyObject } from 'node:crypto';
import {
  job,
  JOB_PAYLOAD_TYPE,
  order,
  ORDER_PAYLOAD_TYPE,
  type DsseEnvelope,
  type Job,
  type JobEvent,
  type Order,
} from '@trustfleet/protocol';
import { bytesUnderSignature, signedBytes } from './canonical-json.ts';
import { dsseSign, dsseVerify } from './dsse.ts';
import { signBytes, verifyBytes } from './keys.ts';
import { verifyMerkle } from './merkle.ts';
import { canonicalBytes, readCanonical } from './signed-document.ts';

/** Signs an order's canonical JSON with every given key (Ed25519 private). */
export function signOrder(content: Order, keys: readonly KeyObject[]): DsseEnvelope {
  return dsseSign({ payloadType: ORDER_PAYLOAD_TYPE, payload: canonicalBytes(order.parse(content)), keys });
}

/** Signs a job with the server's key. */
export function signJob(content: Job, key: KeyObject): DsseEnvelope {
  return dsseSign({
    payloadType: JOB_PAYLOAD_TYPE,
    payload: canonicalBytes(job.parse(content)),
    keys: [key],
  });
}

/** `malformed`: signed by the right key, yet not what this release understands; says where. */
export type OpenRefusal =
  | 'wrongPayloadType'
  | 'badSignature'
  | 'malformed'
  | 'foreignFleet'
  | 'foreignOrder'
  | 'foreignHost'
  | 'notATarget';

export type Opened<T> =
  | { readonly ok: true; readonly value: T; readonly signers: readonly string[] }
  | { readonly ok: false; readonly reason: OpenRefusal; readonly detail: string };

export interface OpenOrderRequest {
  readonly envelope: DsseEnvelope;
  /** Public keys that may sign an order of this class, raw base64. */
  readonly keys: readonly string[];
  readonly threshold?: number;
  readonly fleetId: string;
}

/** Verifies the bytes, then parses those bytes. Whether it is still valid is judged elsewhere, by server time. */
export function openOrder(request: OpenOrderRequest): Opened<Order> {
  const opened = open({ ...request, payloadType: ORDER_PAYLOAD_TYPE }, order);
  if (!opened.ok || opened.value.fleetId === request.fleetId) return opened;
  return refuse(
    'foreignFleet',
    `The order is for fleet ${opened.value.fleetId}, this host belongs to ${request.fleetId}`,
  );
}

export interface OpenJobRequest {
  readonly envelope: DsseEnvelope;
  /** The server's public key (several while it changes), raw base64. */
  readonly keys: readonly string[];
  /** As `openOrder` gave it. */
  readonly order: Order;
  readonly hostId: string;
}

/** Verifies the bytes, parses them, and checks that this host is one of the order's targets. */
export function openJob(request: OpenJobRequest): Opened<Job> {
  const opened = open({ ...request, payloadType: JOB_PAYLOAD_TYPE }, job);
  if (!opened.ok) return opened;
  const { value } = opened;
  if (value.orderId !== request.order.orderId) {
    return refuse(
      'foreignOrder',
      `The job belongs to order ${value.orderId}, not to ${request.order.orderId}`,
    );
  }
  if (value.hostId !== request.hostId) {
    return refuse('foreignHost', `The job is for host ${value.hostId}, this is ${request.hostId}`);
  }
  const root = request.order.targets.merkleRoot;
  if (!verifyMerkle({ root, id: value.hostId, proof: value.merkleProof })) {
    return refuse('notATarget', 'The job’s Merkle proof does not lead from this host to the order’s targets');
  }
  return opened;
}

/** The event with `signature` filled in: Ed25519 by the host's key over its canonical JSON without `signature`. */
export function signJobEvent(event: JobEvent, key: KeyObject): JobEvent {
  return { ...event, signature: signBytes(key, signedBytes('', event)) };
}

/** False as well for an event without a signature. */
export function verifyJobEvent(event: JobEvent, hostKey: string): boolean {
  const bytes = bytesUnderSignature('', event);
  return event.signature !== null && bytes !== undefined && verifyBytes(hostKey, bytes, event.signature);
}

function refuse(reason: OpenRefusal, detail: string): { ok: false; reason: OpenRefusal; detail: string } {
  return { ok: false, reason, detail };
}

function open<T>(
  request: Parameters<typeof dsseVerify>[0],
  schema: Parameters<typeof readCanonical<T>>[1],
): Opened<T> {
  const verified = dsseVerify(request);
  if (!verified.ok) return refuse(verified.reason, `The envelope was refused: ${verified.reason}`);
  const read = readCanonical(verified.payload, schema);
  return read.ok
    ? { ok: true, value: read.value, signers: verified.signers }
    : refuse('malformed', read.detail);
}
