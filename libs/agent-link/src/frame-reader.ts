import type { RawData, WebSocket } from 'ws';

export type Frame =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'binary' }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** More frames than this without anybody reading them: the socket is not read on. */
const MAX_UNREAD = 16;

/**
 * Frames of a socket one by one, so that a handshake reads like the protocol's text and none is lost between it and the
 * session. After `closed` every further call gives `closed` again.
 */
export class FrameReader {
  readonly #ws: WebSocket;
  readonly #unread: Frame[] = [];
  #waiting: ((frame: Frame) => void) | undefined;
  #end: Frame | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('message', (data, isBinary) => {
      this.#push(toFrame(data, isBinary));
    });
    ws.on('close', (code, reason) => {
      this.#end = { kind: 'closed', code, reason: reason.toString('utf8') };
      this.#push(this.#end);
    });
    // ws follows every error with a close; that is what is read here.
    ws.on('error', () => undefined);
  }

  next(): Promise<Frame> {
    const frame = this.#unread.shift() ?? this.#end;
    if (this.#unread.length < MAX_UNREAD / 2) this.#ws.resume();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #push(frame: Frame): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting(frame);
      return;
    }
    if (frame !== this.#end) this.#unread.push(frame);
    if (this.#unread.length >= MAX_UNREAD) this.#ws.pause();
  }
}

function toFrame(data: RawData, isBinary: boolean): Frame {
  return isBinary || !Buffer.isBuffer(data) ? { kind: 'binary' } : { kind: 'text', bytes: data };
}
