import { mkdirSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createTlsLab, type LabCertificate, type TlsLab } from '@trustfleet/testkit';
import { openProbe } from '../probe/probe-python.ts';
import type { ProbeRequest, ProbeResult, ProbeRun, ProbeTarget } from '../probe/types.ts';
import type { CollectOptions } from '../types.ts';
import { realPorts, type TestHost } from './host.ts';
import { makePythonHost } from './pythons.ts';

/** Real TLS servers and others, a host with an empty working directory, and ways to probe them. */
export interface ProbeLab {
  readonly host: TestHost;
  readonly tls: TlsLab;
  readonly root: LabCertificate;
  readonly intermediate: LabCertificate;
  readonly leaf: LabCertificate;
  /** Gives an HTTPS server a name. */
  serve(name: string, ...how: Parameters<TlsLab['serve']>): Promise<void>;
  /** Gives a plain TCP server a name. */
  listen(name: string, each: (socket: Socket) => void): Promise<number>;
  /** HTTP requests that the HTTPS servers got. */
  requests(): number;
  target(server: string, client: ProbeTarget['client'], install?: string | null): ProbeTarget;
  probe(python: string, request: Partial<ProbeRequest>, options?: Partial<CollectOptions>): Promise<ProbeRun>;
  close(): Promise<void>;
}

export async function createProbeLab(): Promise<ProbeLab> {
  const host = makePythonHost();
  const tls = createTlsLab();
  const root = await tls.authority('Probe Root');
  const intermediate = await tls.authority('Probe Intermediate', { issuer: root });
  host.put('ca.pem', root.pem);
  // Nothing is found there: what a host of its own trusts must not matter.
  mkdirSync(host.at('none'), { mode: 0o755 });
  const { close, ...servers } = createServers(tls);
  return {
    ...{ host, tls, root, intermediate },
    leaf: await tls.leaf(intermediate),
    ...servers,
    async probe(python, request, options = {}) {
      const probe = await openProbe(realPorts(), {
        root: host.root,
        processEnv: {},
        workingDirectory: host.at('empty'),
        ...options,
      });
      const { variables = {}, ...rest } = request;
      return await probe({
        python: { path: python, kind: 'pyenv', facts: 'run', notRunBecause: null },
        account: null,
        targets: [],
        variables: { SSL_CERT_FILE: host.at('ca.pem'), SSL_CERT_DIR: host.at('none'), ...variables },
        ...rest,
      });
    },
    async close() {
      await close();
      await tls.close();
      host.remove();
    },
  };
}

/** Servers by name. */
function createServers(tls: TlsLab): Pick<ProbeLab, 'serve' | 'listen' | 'requests' | 'target' | 'close'> {
  const ports = new Map<string, number>();
  const plain: Server[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;
  return {
    requests: () => requests,
    async serve(name, ...how) {
      const { port, server } = await tls.serve(...how);
      server.on('request', () => (requests += 1));
      ports.set(name, port);
    },
    async listen(name, each) {
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        each(socket);
      });
      plain.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      ports.set(name, port);
      return port;
    },
    target(server, client, install = null) {
      const port = ports.get(server);
      if (port === undefined) throw new Error(`no server is called ${server}`);
      return { endpoint: server, host: 'localhost', port, client, install };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(plain.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** A proxy that opens tunnels to this machine; answers the heads that it was asked with. */
export async function startProxy(
  lab: ProbeLab,
): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const port = await lab.listen('proxy', (socket) => {
    let head = '';
    const take = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', take);
      asked.push(head);
      const onward = connect(Number(/^CONNECT [^ ]+:(\d+) /.exec(head)?.[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.once('close', () => onward.destroy());
    };
    socket.on('data', take);
  });
  return { port, asked };
}

/** `server client` → what came of it. */
export function byName(results: readonly ProbeResult[]): Record<string, ProbeResult> {
  return Object.fromEntries(results.map((result) => [`${result.endpoint} ${result.client}`, result]));
}
