import { randomBytes, createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFrameOpener, createFrameSealer } from '@trustfleet/signing';
import type { WebSocket } from 'ws';
import { openSocket, shareTls } from './connection.ts';
import type { SimServer } from './identity.ts';

export interface BareEchoRequest {
  /** Only `address` and `caCertificate` matter: a bare echo proves nothing. */
  readonly server: SimServer;
  /** Length of the frames that are sent; the server answers with the length of an `ack`. */
  readonly frameBytes: number;
  readonly agents: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const CONNECT_AT_ONCE = 20;

/**
 * The limit of `Exchange` `unchanged`: the same client (it seals, opens and parses as ever), the same number of sockets, frames as long,
 * against a server that does nothing but answer. Exchanges a second.
 */
export async function bareEcho(request: BareEchoRequest): Promise<number> {
  const sockets = await connectAll(request);
  let done = 0;
  let going = true;
  for (const ws of sockets) {
    const key = createSecretKey(randomBytes(32));
    const seal = createFrameSealer(key, 'agentToServer');
    const open = createFrameOpener(key, 'serverToAgent');
    const report = { type: 'report', padding: '' };
    const room = request.frameBytes - 44 - JSON.stringify(report).length;
    const send = (): void => {
      // Made anew each time, as a report is.
      ws.send(seal(JSON.stringify({ ...report, padding: 'x'.repeat(room) })));
    };
    ws.on('message', (frame: Buffer) => {
      // The echo has no key, so the MAC is wrong; checking it costs the same.
      open(frame);
      JSON.parse(frame.subarray(44).toString());
      done += 1;
      if (going) send();
    });
    send();
  }
  await sleep(request.warmUpSeconds * 1000);
  const before = done;
  const started = performance.now();
  await sleep(request.seconds * 1000);
  const perSecond = ((done - before) * 1000) / (performance.now() - started);
  going = false;
  for (const ws of sockets) ws.terminate();
  return perSecond;
}

async function connectAll({ server, agents }: BareEchoRequest): Promise<WebSocket[]> {
  const tls = shareTls(server);
  const sockets: WebSocket[] = [];
  while (sockets.length < agents) {
    const some = Array.from({ length: Math.min(CONNECT_AT_ONCE, agents - sockets.length) }, () =>
      openSocket(tls, ''),
    );
    await Promise.all(some.map((ws) => once(ws, 'open')));
    sockets.push(...some);
  }
  return sockets;
}
