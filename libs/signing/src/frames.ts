import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

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

function mac(position: FramePosition, json: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(DIRECTION_BYTE[position.direction], 0);
  head.writeBigUInt64BE(BigInt(position.counter), 1);
  return createHmac('sha256', position.key).update(CONTEXT).update(head).update(json).digest();
}
