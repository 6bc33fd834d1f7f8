import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { CloseCode } from '@trustfleet/protocol';

/** So much more may come from a peer that was told to go, while its answer to the close frame is on the way. */
const LAST_BYTES = 256 * 1024;

/**
 * Closes a socket for what it sent. Its answer is still read, so that a peer in good faith learns the reason and leaves at
 * once; one that goes on flooding is cut off, one that does nothing is ended by ws after `closeTimeout`.
 */
export function turnAway(
  peer: { readonly ws: WebSocket; readonly socket: Duplex },
  code: CloseCode,
  reason: string,
): void {
  let received = 0;
  peer.socket.prependListener('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > LAST_BYTES) peer.ws.terminate();
  });
  peer.ws.close(code, reason);
  peer.ws.resume();
}
