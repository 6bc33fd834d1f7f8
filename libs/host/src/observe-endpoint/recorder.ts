import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A server's side of a handshake is some kilobytes; chains of 32 large certificates fit. */
export const MAX_RECORDED_BYTES = 256 * 1024;

/** Passes a socket's bytes on in both directions and keeps what came in. It ends with an error when more comes than a handshake has. */
export class Recorder extends Duplex {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  get overflowed(): boolean {
    return this.#size > MAX_RECORDED_BYTES;
  }

  #take(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.overflowed) {
      this.destroy(new Error(`more than ${MAX_RECORDED_BYTES} bytes came before the handshake was over`));
      return;
    }
    this.#chunks.push(chunk);
    if (!this.push(chunk)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
