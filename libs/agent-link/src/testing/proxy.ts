import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { Transform } from 'node:stream';
import type { LabCertificate } from '@trustfleet/testkit';

export interface ProxyOptions {
  readonly certificate: LabCertificate;
  readonly chain: string;
  readonly target: number;
  readonly targetCa: string;
  /** Makes for each connection what changes decrypted bytes on their way; ws frames of the agent are masked by XOR, so a flipped bit arrives as a flipped bit. */
  readonly toServer?: () => (chunk: Buffer) => Buffer;
  readonly toAgent?: () => (chunk: Buffer) => Buffer;
}

/** A TLS-inspecting proxy: ends TLS with its own certificate, reads everything, and may meddle. */
export async function startProxy(
  options: ProxyOptions,
): Promise<{ port: number; read: () => string; close: () => Promise<void> }> {
  const sockets = new Set<TLSSocket>();
  let read = '';
  const change = (edit: ((chunk: Buffer) => Buffer) | undefined): Transform =>
    new Transform({
      transform: (chunk: Buffer, _, done) => {
        read += chunk.toString('latin1');
        done(null, edit === undefined ? chunk : edit(chunk));
      },
    });
  const server = createServer(
    { key: options.certificate.privateKeyPem, cert: options.certificate.pem + options.chain },
    (agent) => {
      const upstream = connect({ host: '127.0.0.1', port: options.target, ca: options.targetCa });
      for (const socket of [agent, upstream]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      agent.on('close', () => upstream.destroy());
      upstream.on('close', () => agent.destroy());
      agent.pipe(change(options.toServer?.())).pipe(upstream);
      upstream.pipe(change(options.toAgent?.())).pipe(agent);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    read: () => read,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
