import { MAX_FRAME_BYTES } from '@trustfleet/protocol';
import type { LinkLimits } from './types.ts';

/** Defaults of every wait and bound; the numbers are those of protocol.md, "Rules", unless said here. */
export const DEFAULT_LINK_LIMITS: LinkLimits = {
  connectTimeoutMs: 15_000,
  // The server gives 10 s for its half; a little more here, so that its reason arrives before our own end.
  handshakeTimeoutMs: 12_000,
  firstDelayMs: 30_000,
  backoffBaseMs: 1_000,
  backoffCapMs: 300_000,
  // A server, or someone who answers in its place before the handshake, must not silence a host for longer.
  maxOrderedDelayMs: 600_000,
  // A server must not keep a workstation busy with heartbeats; and beyond 2^31 ms setTimeout fires at once.
  minHeartbeatMs: 1_000,
  maxHeartbeatMs: 3_600_000,
  heartbeatJitter: 0.1,
  acknowledgeTimeoutMs: 60_000,
  maxSlowDownMs: 60_000,
  maxFrameBytes: MAX_FRAME_BYTES,
  // libs/protocol `section.body`, `certificates.der` (base64 of 96 KiB is 128 KiB)
  maxSectionChars: 900 * 1024,
  maxCertificateBytes: 96 * 1024,
  maxWantedCertificates: 10_000,
  maxHandlersAtOnce: 32,
  stopTimeoutMs: 2_000,
};
