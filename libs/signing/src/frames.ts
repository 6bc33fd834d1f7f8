import { hash, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Who sends: part of what the MAC covers, so that a frame cannot be sent back. */
export type Direction = 'agentToServer' | 'serverToAgent';

const CONTEXT = Buffer.from('trustfleet-frame-v1\0');
const DIRECTION_BYTE = { agentToServer: 1, serverToAgent: 2 } as const;
/** 32 bytes in base64url */
const MAC_CHARS = 43;
const COLON = 0x3a;

export interface FramePosition {
  readonly key: KeyObject;
  readonly direction: Direction;
  /** Frames of this direction before this one, from 0. */
  readonly counter: number;
}

/** `<mac>:<json>`, mac = base64url HMAC-SHA-256 over context ‖ direction (1 byte) ‖ counter (8 bytes, big endian) ‖ JSON bytes. */
export function sealFrame(position: FramePosition, json: string): string {
  return `${mac(position, Buffer.from(json, 'utf8')).toString('base64url')}:${json}`;
}

/** The JSON bytes, or null when the frame is no sealed frame or its MAC belongs to other bytes, place or direction. */
export function openFrame(position: FramePosition, frame: Uint8Array): Uint8Array | null {
  if (frame.length <= MAC_CHARS || frame[MAC_CHARS] !== COLON) return null;
  const json = frame.subarray(MAC_CHARS + 1);
  const expected = Buffer.from(mac(position, json).toString('base64url'), 'latin1');
  return timingSafeEqual(expected, frame.subarray(0, MAC_CHARS)) ? json : null;
}

/** `sealFrame` that counts. */
export function createFrameSealer(key: KeyObject, direction: Direction): (json: string) => string {
  let counter = 0;
  return (json) => {
    const frame = sealFrame({ key, direction, counter }, json);
    counter += 1;
    return frame;
  };
}

/** `openFrame` that counts. After the first null the session is over: the caller closes the socket. */
export function createFrameOpener(
  key: KeyObject,
  direction: Direction,
): (frame: Uint8Array) => Uint8Array | null {
  let counter = 0;
  return (frame) => {
    const json = openFrame({ key, direction, counter }, frame);
    counter += 1;
    return json;
  };
}

/** Block of SHA-256, bytes. */
const BLOCK = 64;
const COUNTER_BYTES = 9;

/** What HMAC (RFC 2104 §2) puts before the inner and the outer hash: the key, padded to a block, xor 0x36 and 0x5c. */
interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const padsOf = new WeakMap<KeyObject, Pads>();

function makePads(key: KeyObject): Pads {
  const given = key.export();
  const block = Buffer.alloc(BLOCK);
  (given.length > BLOCK ? hash('sha256', given, 'buffer') : given).copy(block);
  const pads = { inner: Buffer.alloc(BLOCK), outer: Buffer.alloc(BLOCK) };
  block.forEach((byte, at) => {
    pads.inner[at] = byte ^ 0x36;
    pads.outer[at] = byte ^ 0x5c;
  });
  padsOf.set(key, pads);
  return pads;
}

/**
 * HMAC-SHA-256 of two one-shot hashes: a frame costs half of what `createHmac` costs, and leaves no native object to the garbage
 * collector. The vectors and a comparison with `createHmac` hold it to the RFC.
 */
function mac({ key, direction, counter }: FramePosition, json: Uint8Array): Buffer {
  const pads = padsOf.get(key) ?? makePads(key);
  const head = BLOCK + CONTEXT.length;
  const inner = Buffer.allocUnsafe(head + COUNTER_BYTES + json.length);
  pads.inner.copy(inner);
  CONTEXT.copy(inner, BLOCK);
  inner.writeUInt8(DIRECTION_BYTE[direction], head);
  inner.writeBigUInt64BE(BigInt(counter), head + 1);
  inner.set(json, head + COUNTER_BYTES);
  const outer = Buffer.allocUnsafe(BLOCK + 32);
  pads.outer.copy(outer);
  hash('sha256', inner, 'buffer').copy(outer, BLOCK);
  return hash('sha256', outer, 'buffer');
}
