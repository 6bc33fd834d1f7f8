import { MAX_FRAME_BYTES, MAX_HANDSHAKE_FRAME_BYTES } from '@trustfleet/protocol';
import type { HubLimits } from './types.ts';

/** Defaults of every bound; where a number comes from is in protocol.md ("Rules") unless said here. */
export const DEFAULT_HUB_LIMITS: HubLimits = {
  maxFrameBytes: MAX_FRAME_BYTES,
  maxHandshakeBytes: MAX_HANDSHAKE_FRAME_BYTES,
  handshakeTimeoutMs: 10_000,
  maxHandshakesPerHost: 4,
  maxFragments: 1024,
  // One TLS record is one chunk, so a 1 MiB frame needs 64 of 16 KiB; small records of slow paths need more.
  maxBufferedChunks: 4096,
  // Two cores accept about 760 TLS sockets a second (measured with ws 8.23); half of that leaves room for work.
  upgradesPerSecond: 350,
  upgradeBurst: 700,
  refusalsPerSecond: 1,
  refusalBurst: 20,
  maxRefusalAddresses: 10_000,
  messagesPerSecond: 100,
  messageBurst: 500,
  maxSlowDowns: 5,
  maxWaitingMessages: 16,
  softBufferBytes: 256 * 1024,
  hardBufferBytes: 1024 * 1024,
  hardBufferMs: 30_000,
  sendChunk: 200,
};
