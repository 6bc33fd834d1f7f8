import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { AGENT_PATH, SUBPROTOCOL } from '@trustfleet/protocol';
import { formatAgentAuthorization } from '@trustfleet/signing';
import type { RawHost } from './raw-agent.ts';

/** A peer that speaks only what it is told to. Errors are what such a peer gets; its end is what tests look at. */
export async function openTls(port: number, ca: string): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

export async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

/** The upgrade request of an agent, as text. */
export function upgradeRequest(host: RawHost): string {
  return [
    `GET ${AGENT_PATH} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    `Authorization: ${formatAgentAuthorization(host.hostId, host.secret)}`,
    '\r\n',
  ].join('\r\n');
}

/** A connection behind the first gate, as bytes. */
export async function openUpgraded(port: number, ca: string, host: RawHost): Promise<TLSSocket> {
  const socket = await openTls(port, ca);
  const answered = once(socket, 'data');
  socket.write(upgradeRequest(host));
  await answered;
  return socket;
}

export const ended = (socket: Socket): Promise<void> =>
  socket.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => {
        socket.once('close', () => {
          resolve();
        });
      });
