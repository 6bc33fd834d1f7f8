import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDashboardProcess } from './fixture/dashboard.ts';

let folder: string;
let socketPath: string;
const env = () => ({
  TRUSTFLEET_DASHBOARD_SOCKET: socketPath,
  TRUSTFLEET_API_SOCKET: join(folder, 'no-api.sock'),
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trustfleet-dashboard-'));
  socketPath = join(folder, 'dashboard.sock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const get = (
  path: string,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path, headers: { host: 'trustfleet' } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
      });
    })
      .on('error', reject)
      .end();
  });

/** A file that a killed process left behind: bound, and nobody listens any more. */
async function leaveStaleSocket(): Promise<void> {
  const server = createServer();
  server.listen(join(folder, 'bound.sock'));
  await once(server, 'listening');
  const { rename } = await import('node:fs/promises');
  await rename(join(folder, 'bound.sock'), socketPath);
  server.close();
  await once(server, 'close');
}

describe('server.mjs', () => {
  it('replaces a stale socket, keeps it to its owner and takes it away at SIGTERM', async () => {
    await leaveStaleSocket();
    const child = await startDashboardProcess(env());

    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect(stat(socketPath)).rejects.toThrow('ENOENT');
  });

  it('gives every page a nonce of its own and says plainly that the API is away', async () => {
    const child = await startDashboardProcess(env());
    try {
      const [first, second] = [await get('/hosts'), await get('/hosts')];
      const nonce = (page: typeof first) =>
        /nonce-([^']+)'/.exec(String(page.headers['content-security-policy']))?.[1];

      expect(nonce(first)).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      expect(nonce(first)).not.toBe(nonce(second));
      expect(first.body).toContain('The server does not answer.');
      expect(first.body.match(/<script(?![^>]*nonce=)[^>]*>/g)).toBeNull();
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
  });

  it('refuses to take the place of a dashboard that runs', async () => {
    const other = createServer().listen(socketPath);
    await once(other, 'listening');

    await expect(startDashboardProcess(env())).rejects.toThrow(
      `another dashboard already listens on ${socketPath}`,
    );
    other.close();
  });

  it('refuses a path that is no socket, and leaves it alone', async () => {
    await writeFile(socketPath, 'precious');

    await expect(startDashboardProcess(env())).rejects.toThrow('is not a socket');
    expect((await stat(socketPath)).size).toBe(8);
  });

  it('names the variable that is missing', async () => {
    await expect(startDashboardProcess({})).rejects.toThrow('TRUSTFLEET_DASHBOARD_SOCKET is not set');
  });
});
