import { createServer } from 'node:http';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closeServer, listenOnPort, listenOnSocket } from './listen.ts';
import { StartupError } from './startup-error.ts';

it('names the port and the variable when a port is in use', async () => {
  const first = createServer();
  const port = await listenOnPort(first, { host: '127.0.0.1', port: 0, variable: 'TRUSTFLEET_PORT' });

  const second = listenOnPort(createServer(), { host: '127.0.0.1', port, variable: 'TRUSTFLEET_PORT' });

  await expect(second).rejects.toThrow(StartupError);
  await expect(second).rejects.toThrow(`Port ${port} is in use by another program`);
  await closeServer(first, 100);
});

it('replaces a socket that a dead server left, private to this account', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-listen-'));
  const path = join(directory, 'api.sock');
  await writeFile(path, '');
  const server = createServer();

  await listenOnSocket(server, path);

  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await closeServer(server, 100);
  await rm(directory, { recursive: true });
});
