import { z } from 'zod';

/** Largest WebSocket frame either side accepts (protocol.md, head). */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Largest frame before the handshake has proved who is there (protocol.md, "Identity"). */
export const MAX_HANDSHAKE_FRAME_BYTES = 16 * 1024;
export const SUBPROTOCOL = 'trustfleet.v1';
export const PROTOCOL_VERSION = 1;

/** SHA-256 in lower-case hex: of canonical JSON, of a file, of a certificate's DER. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256Hex = z.infer<typeof sha256Hex>;

export const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
export const uuid = z.uuid();
/** Largest number of a host that is counted and kept: a column of 32 bits. One above it would fail what is written of other hosts beside it. */
export const MAX_COUNT = 2 ** 31 - 1;
/** From 1. */
export const counter = z.int().positive().max(MAX_COUNT);
/** A path as the host wrote it. Never opened by the server. */
export const hostPath = z.string().max(4096);
export const shortText = z.string().max(512);
/** RFC 3339 in UTC. */
export const instant = z.iso.datetime();
