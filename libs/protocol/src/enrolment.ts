import { z } from 'zod';
import { dsseEnvelope } from './orders.ts';
import { base64, sha256Hex, shortText, uuid } from './primitives.ts';

/** HTTPS path on the agent port. */
export const ENROL_PATH = '/enrol';
/** WebSocket path on the agent port. */
export const AGENT_PATH = '/agent';
/** `GET /artifacts/<SHA-256>` with the host's secret: bytes that are too large for a job's message. Answers to `Range: bytes=<n>-`. */
export const ARTIFACT_PATH = '/artifacts/';

/**
 * What a token carries, so that the agent trusts its server by what it pinned and never by the trust store
 * that it is there to repair. Written as `tf1.` + base64url(JSON).
 */
export const enrolmentTokenContent = z.looseObject({
  /** https://host:port of the agent port */
  address: z.url({ protocol: /^https$/ }),
  fleetId: uuid,
  /** SHA-256 of the fleet CA's DER */
  caPin: sha256Hex,
  /** Server's Ed25519 public key, raw 32 bytes. */
  serverKey: base64.max(64),
  secret: z.string().min(32).max(128),
});
export type EnrolmentTokenContent = z.infer<typeof enrolmentTokenContent>;

/** Proof of possession: `signature` is Ed25519 by the new key over `trustfleet-enrol-v1\n<fleetId>\n<secret>\n<publicKey>`. */
export const enrolRequest = z.looseObject({
  secret: z.string().min(32).max(128),
  publicKey: base64.max(64),
  signature: base64.max(128),
  hostname: shortText,
  platform: z.enum(['linux', 'windows', 'macos']),
  agentVersion: shortText,
});
export type EnrolRequest = z.infer<typeof enrolRequest>;

export const enrolResponse = z.looseObject({
  hostId: uuid,
  fleetId: uuid,
  /** 32 random bytes, base64url: the first gate of the upgrade. A sieve, never an identity. */
  secret: z.string().min(32).max(128),
  /** PEM of the fleet CA: what the agent's TLS checks against. Its SHA-256 must equal the token's pin. */
  caCertificate: z.string().max(16 * 1024),
  serverKey: base64.max(64),
  /** The fleet's key set, signed by the server key that the token carries; the agent pins it. */
  keySet: dsseEnvelope.optional(),
});
export type EnrolResponse = z.infer<typeof enrolResponse>;

/** Answer to a refused enrolment. */
export const enrolError = z.looseObject({
  error: z.enum(['invalidToken', 'usedToken', 'expiredToken', 'badSignature', 'badRequest', 'slowDown']),
  message: shortText,
});
export type EnrolError = z.infer<typeof enrolError>;
