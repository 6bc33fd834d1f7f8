import { z } from 'zod';
import { jobEvent } from './jobs.ts';
import { dsseEnvelope } from './orders.ts';
import { base64, hostPath, instant, MAX_COUNT, sha256Hex, shortText, uuid } from './primitives.ts';
import { settings, settingsResult } from './settings.ts';
import { configuredEndpoints } from './sections/endpoints.ts';
import { sectionName } from './sections/index.ts';

/** Most sections that a host may name: far above what this release has, far below what would fill a table. */
export const MAX_SECTIONS = 64;

export const sectionDigests = z
  .record(sectionName, sha256Hex)
  .refine((digests) => Object.keys(digests).length <= MAX_SECTIONS, 'too many sections');
export type SectionDigests = z.infer<typeof sectionDigests>;

/** Server → agent, first frame. Signed by the server's key (libs/signing `handshake`). */
export const challenge = z.looseObject({
  type: z.literal('challenge'),
  protocol: z.looseObject({ min: z.int().positive(), max: z.int().positive() }),
  serverId: uuid,
  nonce: base64.max(64),
  /** X25519 public key, raw 32 bytes. */
  ephemeralKey: base64.max(64),
  /** SHA-256 of the TLS certificate that the server serves. */
  certificate: sha256Hex,
  signature: base64.max(128),
});

/** Paths that one `hello` names at most. */
export const MAX_KEEPER_PATHS = 32;

/** Agent → server, answer to `challenge`. Signed by the host's key over both halves of the handshake. */
export const hello = z.looseObject({
  type: z.literal('hello'),
  protocol: z.int().positive(),
  hostId: uuid,
  agentVersion: shortText,
  bootId: shortText,
  /** New for each run of the agent: one that comes back after another of the same key means two machines hold that key. */
  instance: uuid,
  /** Version of the key set that the agent has pinned; 0: only the server key of its enrolment token. */
  keySet: z.int().nonnegative().max(MAX_COUNT),
  capabilities: z.array(z.string().max(64)).max(64),
  /** Remedies that the host's allow-list permits, so that a draft lists other hosts apart. */
  permits: z.array(z.string().max(64)).max(64),
  allowListDigest: sha256Hex,
  /** Below these the host's allow-list makes it the one that writes shared installs; absent for none. */
  keeper: z.array(hostPath).max(MAX_KEEPER_PATHS).optional(),
  sections: sectionDigests,
  ephemeralKey: base64.max(64),
  /** SHA-256 of the TLS certificate that the agent saw; differs from `challenge.certificate` behind a proxy. */
  certificate: sha256Hex,
  signature: base64.max(128),
});

export const report = z.looseObject({
  type: z.literal('report'),
  seq: z.int().positive(),
  sections: sectionDigests,
  /** When the scan that found this ended. */
  scannedAt: instant,
});

/** One body that the server asked for: exact bytes of the canonical JSON, so that they hash to `digest`. */
export const section = z.looseObject({
  type: z.literal('section'),
  seq: z.int().positive(),
  name: sectionName,
  digest: sha256Hex,
  body: z.string().max(900 * 1024),
});

export const certificates = z.looseObject({
  type: z.literal('certificates'),
  seq: z.int().positive(),
  certificates: z
    .array(z.looseObject({ sha256: sha256Hex, der: base64.max(128 * 1024) }))
    .min(1)
    .max(200),
});

export const heartbeat = z.looseObject({
  type: z.literal('heartbeat'),
  /** Values that move by themselves: last value only, never in a section. */
  uptimeSeconds: z.int().nonnegative().optional(),
  freeMemoryBytes: z.int().nonnegative().optional(),
  /** Wall clock minus server time. A wrong wall clock is a finding, never a refusal (protocol.md, "Signed orders and jobs"). */
  clockOffsetMs: z.int().optional(),
});

export const jobEventMessage = z.looseObject({ type: z.literal('jobEvent'), event: jobEvent });

export const bye = z.looseObject({ type: z.literal('bye'), reason: shortText });

export const agentMessage = z.discriminatedUnion('type', [
  report,
  section,
  certificates,
  heartbeat,
  jobEventMessage,
  settingsResult,
  bye,
]);

export const welcome = z.looseObject({
  type: z.literal('welcome'),
  session: uuid,
  heartbeatIntervalMs: z.int().positive(),
  scanIntervalMs: z.int().positive(),
  serverTime: instant,
  /** Ed25519 by the server's key over `session\nserverTime`. */
  serverTimeSignature: base64.max(128),
  /** Absent from a server that has no such list: the agent keeps the one it has. */
  endpoints: configuredEndpoints.optional(),
});

/** The list of `welcome` changed while the agent was connected. */
export const endpointsMessage = z.looseObject({
  type: z.literal('endpoints'),
  endpoints: configuredEndpoints,
});

/** Answer to `report`, `section`, `certificates` (by seq), `jobEvent` (by eventId) and `settingsResult` (by id). */
export const ack = z.looseObject({
  type: z.literal('ack'),
  seq: z.int().positive().optional(),
  jobEvents: z.array(uuid).max(100).optional(),
  wantSections: z.array(sectionName).max(64).optional(),
  wantCertificates: z.array(sha256Hex).max(200).optional(),
  /** A gap in seq: send every digest again. */
  fullState: z.boolean().optional(),
  slowDownMs: z.int().positive().optional(),
  /** `settingsResult` messages taken in. */
  settings: z.array(uuid).max(16).optional(),
});

export const jobMessage = z.looseObject({
  type: z.literal('job'),
  order: dsseEnvelope,
  job: dsseEnvelope,
  /** Bytes of the order's artifacts by SHA-256; proved by digest, so they need no signature. */
  artifacts: z.record(sha256Hex, base64.max(256 * 1024)),
});
export const cancel = z.looseObject({ type: z.literal('cancel'), jobId: uuid });
export const request = z.looseObject({ type: z.literal('request'), what: z.enum(['scan', 'probe']) });
export const reconnect = z.looseObject({
  type: z.literal('reconnect'),
  afterMs: z.int().nonnegative(),
  reason: shortText,
});

export const serverMessage = z.discriminatedUnion('type', [
  welcome,
  ack,
  jobMessage,
  cancel,
  request,
  settings,
  reconnect,
  endpointsMessage,
]);

export type Challenge = z.infer<typeof challenge>;
export type Hello = z.infer<typeof hello>;
export type Report = z.infer<typeof report>;
export type SectionMessage = z.infer<typeof section>;
export type CertificatesMessage = z.infer<typeof certificates>;
export type Heartbeat = z.infer<typeof heartbeat>;
export type JobEventMessage = z.infer<typeof jobEventMessage>;
export type AgentMessage = z.infer<typeof agentMessage>;
export type Welcome = z.infer<typeof welcome>;
export type Ack = z.infer<typeof ack>;
export type JobMessage = z.infer<typeof jobMessage>;
export type ServerMessage = z.infer<typeof serverMessage>;
export type Cancel = z.infer<typeof cancel>;
export type RequestMessage = z.infer<typeof request>;
export type EndpointsMessage = z.infer<typeof endpointsMessage>;
export type Reconnect = z.infer<typeof reconnect>;
