/**
 * The dashboard's own server in production: Next behind a unix socket that only its owner may open. The Trustfleet
 * server holds the port that browsers see and passes pages on to this socket, so nothing here listens on a network.
 *
 * Environment
 *   TRUSTFLEET_DASHBOARD_SOCKET  path to listen on (made with mode 0600; a stale socket there is removed)
 *   TRUSTFLEET_API_SOCKET        path of the API's socket, used by src/lib/data
 * Writes one line "dashboard ready" to standard output once it listens. SIGTERM and SIGINT: finishes the requests
 * that run, for at most 5 s, removes its socket and exits with 0.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';

// Both before Next is loaded: it reads them at import.
process.env.NODE_ENV = 'production';
process.env.NEXT_TELEMETRY_DISABLED = '1';
const { default: next } = await import('next');

const STOP_LIMIT_MS = 5_000;
const PROBE_LIMIT_MS = 1_000;

function fail(message) {
  process.stderr.write(`dashboard: ${message}\n`);
  process.exit(1);
}

function required(name) {
  const value = process.env[name];
  if (value === undefined || value === '') return fail(`${name} is not set: give the path of a unix socket.`);
  return value;
}

/** True when someone answers on the socket. A left-over file refuses the connection. */
function answers(path) {
  return new Promise((resolve) => {
    const probe = createConnection({ path });
    const end = (result) => {
      probe.destroy();
      resolve(result);
    };
    probe.setTimeout(PROBE_LIMIT_MS, () => end(true));
    probe.once('connect', () => end(true));
    probe.once('error', () => end(false));
  });
}

async function clearStaleSocket(path) {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return;
  if (!entry.isSocket()) fail(`${path} exists and is not a socket: remove it or name another path.`);
  if (await answers(path)) fail(`another dashboard already listens on ${path}: stop it first.`);
  rmSync(path, { force: true });
}

function listen(server, path) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The umask closes the moment between bind and chmod in which others could connect.
    const before = process.umask(0o177);
    server.listen(path, () => {
      process.umask(before);
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

function stopOnSignal({ server, app, path }) {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => server.closeAllConnections(), STOP_LIMIT_MS).unref();
    server.close(async () => {
      rmSync(path, { force: true });
      await app.close();
      process.exit(0);
    });
    server.closeIdleConnections();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const socketPath = required('TRUSTFLEET_DASHBOARD_SOCKET');
required('TRUSTFLEET_API_SOCKET');
const dir = fileURLToPath(new URL('.', import.meta.url));
if (lstatSync(`${dir}.next/BUILD_ID`, { throwIfNoEntry: false }) === undefined)
  fail('it is not built yet: run "npm run nx -- build dashboard".');
await clearStaleSocket(socketPath);
const app = next({ dev: false, dir, quiet: true });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    process.stderr.write(
      `dashboard: ${request.method ?? ''} ${request.url ?? ''} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
stopOnSignal({ server, app, path: socketPath });
await listen(server, socketPath).catch((error) => fail(`cannot listen on ${socketPath}: ${error.message}`));
process.stdout.write('dashboard ready\n');
