import { createServer, type Server } from 'node:https';
import { createServer as createProxy, type Server as HttpServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LabCertificate } from './certificates.ts';
import type { LabChain } from './chains.ts';

/** Old and weak certificates are served here: only the client judges. */
const ANY_STRENGTH = 'DEFAULT:@SECLEVEL=0';

export interface RunningChain {
  readonly chain: LabChain;
  readonly port: number;
}

export interface LabServers {
  readonly running: readonly RunningChain[];
  close(): Promise<void>;
}

/** One TLS server for each chain on 127.0.0.1, in this process. */
export async function serveChains(chains: readonly LabChain[]): Promise<LabServers> {
  const servers: Server[] = [];
  const running = [];
  for (const chain of chains) {
    const server = createServer(optionsOf(chain), answer);
    // A client that refuses the certificate ends the handshake: that is what the lab is for.
    server.on('tlsClientError', () => undefined);
    servers.push(server);
    running.push({ chain, port: await listen(server) });
  }
  return { running, close: () => closeAll(servers) };
}

interface Presented {
  readonly key: string;
  readonly cert: string;
  readonly ciphers: string;
}

function presented(certificates: readonly LabCertificate[]): Presented {
  const [leaf] = certificates;
  if (leaf === undefined) throw new Error('A chain of the lab has no leaf.');
  return {
    key: leaf.privateKeyPem,
    cert: certificates.map(({ pem }) => pem).join(''),
    ciphers: ANY_STRENGTH,
  };
}

function optionsOf({ chain, withoutName, host }: LabChain): Parameters<typeof createServer>[0] {
  if (withoutName === undefined) return presented(chain);
  const named = createSecureContext(presented(chain));
  return {
    ...presented(withoutName),
    SNICallback(name: string, done: (error: Error | null, context?: SecureContext) => void) {
      if (name === host) done(null, named);
      else done(null);
    },
  };
}

/** What clients ask for once they trust: a site's JSON, an upload's "1", an index page without a link. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('end', () => {
    const index = request.url?.startsWith('/simple/') ?? false;
    const json = request.url?.startsWith('/api3/') ?? false;
    response.setHeader('Connection', 'close');
    response.setHeader('ETag', '"lab"');
    response.setHeader(
      'Content-Type',
      index ? 'text/html' : json ? 'application/json; charset=utf-8' : 'text/plain',
    );
    response.end(
      index
        ? '<!DOCTYPE html><html><body></body></html>'
        : json
          ? JSON.stringify({ results: { version: [8, 70, 0], s3_uploads_enabled: true } })
          : '1\n',
    );
  });
}

export interface LabProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A CONNECT proxy of this machine. What is asked for at port `from` is answered at port `to`, where a server shows a certificate of the
 * proxy's own: it inspects that one, and lets the others through.
 */
export async function serveProxy({
  from,
  to,
}: {
  readonly from: number;
  readonly to: number;
}): Promise<LabProxy> {
  const proxy = createProxy();
  proxy.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const asked = Number(request.url?.split(':').at(-1));
    const upstream = connect(asked === from ? to : asked, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  return { port: await listen(proxy), close: () => closeAll([proxy]) };
}

async function listen(server: Server | HttpServer): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function closeAll(servers: readonly (Server | HttpServer)[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
          server.closeAllConnections();
        }),
    ),
  );
}
