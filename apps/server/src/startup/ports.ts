import { readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { join } from 'node:path';
import type { ServerConfig } from '../config/config.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { createDashboardProxy } from '../http/dashboard-proxy.ts';
import { createFrontServer, createPrivateServer, requestPath } from '../http/front-server.ts';
import { sendProblem, toProblem } from '../http/problem-filter.ts';
import { ownOrigins } from '../http/request-check.ts';
import type { Logger } from '../logging/logger.ts';
import { loadFleetKeys, type FleetKeys } from './fleet-keys.ts';
import { closeServer, listenOnPort, listenOnSocket } from './listen.ts';
import { StartupError } from './startup-error.ts';

/** Every door of the server, open; what stands behind them is put there when it is ready. */
export interface Ports {
  readonly keys: FleetKeys;
  readonly agentServer: HttpsServer;
  readonly origins: ReadonlySet<string>;
  /** For the browsers' links, e.g. http://127.0.0.1:4600 */
  readonly url: string;
  /** https://host:port for agents on other machines. */
  readonly agentUrl: string;
  /** The same for agents of this machine. */
  readonly localAgentUrl: string;
  serve(listeners: { readonly api: RequestListener; readonly agents: RequestListener }): void;
  /** Stops taking browsers' requests, within a limit. */
  closeFront(): Promise<void>;
  closeAgents(): Promise<void>;
}

/** An agent at the port has this long for TLS, and then to send a whole request. */
const AGENT_PORT_LIMITS = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8 * 1024,
};
const CLOSE_LIMIT_MS = 3_000;

/** Alive from the first moment, ready later. */
function starting(request: IncomingMessage, response: ServerResponse): void {
  if (requestPath(request) === '/healthz') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    return;
  }
  response.setHeader('retry-after', '2');
  sendProblem(
    response,
    toProblem(
      new ApiProblem({
        status: 503,
        code: 'starting',
        message: 'The server is starting: try again in a moment.',
      }),
    ),
  );
}

async function readTls(tls: NonNullable<ServerConfig['tls']>): Promise<{ cert: string; key: string }> {
  try {
    return { cert: await readFile(tls.certificateFile, 'utf8'), key: await readFile(tls.keyFile, 'utf8') };
  } catch (error) {
    throw new StartupError(
      'The certificate in TRUSTFLEET_TLS_CERT or its key in TRUSTFLEET_TLS_KEY cannot be read: check the paths and this account’s right to read them.',
      { cause: error },
    );
  }
}

function frontServer(options: Parameters<typeof createFrontServer>[0]): Server {
  try {
    return createFrontServer(options);
  } catch (error) {
    throw new StartupError(
      'The certificate in TRUSTFLEET_TLS_CERT does not fit the key in TRUSTFLEET_TLS_KEY, or one of them is no PEM.',
      { cause: error },
    );
  }
}

/**
 * What https does by itself, but as a function: as a list, Node (24.21, `tls.convertALPNProtocols`) copies it for each
 * connection into its buffer pool, where a few bytes keep a whole slab: measured 22 KiB a connection.
 */
function onlyHttp1({ protocols }: { readonly protocols: readonly string[] }): string | undefined {
  return protocols.includes('http/1.1') ? 'http/1.1' : undefined;
}

/** Opens all ports before anything slow begins, so that a port in use is told at once. @throws StartupError */
export async function openPorts(config: ServerConfig, logger: Logger): Promise<Ports> {
  const tls = config.tls === null ? null : await readTls(config.tls);
  const keys = await loadFleetKeys({ dataDir: config.dataDir, publicUrl: config.publicUrl, now: new Date() });
  let api: RequestListener = starting;
  let agents: RequestListener = starting;
  let origins: ReadonlySet<string> = new Set();
  const protocol = tls === null ? 'http' : 'https';
  const shared = {
    tls,
    origins: () => origins,
    api: ((request, response) => {
      api(request, response);
    }) satisfies RequestListener,
    dashboard: createDashboardProxy({ socketPath: config.dashboardSocket, protocol, logger }),
  };
  const front = frontServer(shared);
  const inside = createPrivateServer(shared);
  // The CA comes along: an agent that enrols knows only its digest.
  const agentServer = createHttpsServer(
    {
      ...AGENT_PORT_LIMITS,
      cert: keys.agentTls.certificatePem + keys.authority.certificatePem,
      key: keys.agentTls.privateKeyPem,
      minVersion: 'TLSv1.2',
      ALPNCallback: onlyHttp1,
      // Without OpenSSL 3.5's default, the hybrid with ML-KEM: it keeps 9 KiB a connection (measured) and makes each handshake dearer,
      // which is what a fleet that comes back waits for. What is signed and authenticated inside rests on other keys.
      ecdhCurve: 'X25519:P-256',
    },
    (request, response) => {
      agents(request, response);
    },
  );
  const port = await listenOnPort(front, {
    host: config.host,
    port: config.port,
    variable: 'TRUSTFLEET_PORT',
  });
  origins = ownOrigins({ https: tls !== null, port, publicUrl: config.publicUrl });
  const agentPort = await listenOnPort(agentServer, {
    host: config.agentHost,
    port: config.agentPort,
    variable: 'TRUSTFLEET_AGENT_PORT',
  });
  await listenOnSocket(inside, config.apiSocket);
  return {
    keys,
    agentServer,
    origins,
    url: config.publicUrl?.origin ?? `${protocol}://127.0.0.1:${port}`,
    agentUrl: `https://${config.publicUrl?.hostname ?? '127.0.0.1'}:${agentPort}`,
    localAgentUrl: `https://127.0.0.1:${agentPort}`,
    serve: (listeners) => {
      ({ api, agents } = listeners);
    },
    closeFront: async () => {
      await Promise.all([closeServer(front, CLOSE_LIMIT_MS), closeServer(inside, CLOSE_LIMIT_MS)]);
    },
    closeAgents: () => closeServer(agentServer, CLOSE_LIMIT_MS),
  };
}

/** Where the launcher finds what this server says of itself. */
export function readyFile(dataDir: string): string {
  return join(dataDir, 'run/ready.json');
}
