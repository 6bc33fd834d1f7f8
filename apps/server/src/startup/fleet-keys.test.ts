import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadFleetKeys, type FleetKeys } from './fleet-keys.ts';

let dataDir: string;
const now = new Date();
const load = (publicUrl: string | null = null, at = now) =>
  loadFleetKeys({ dataDir, publicUrl: publicUrl === null ? null : new URL(publicUrl), now: at });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'trustfleet-keys-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A TLS handshake that trusts the fleet's CA alone. */
async function handshake(keys: FleetKeys, servername: string): Promise<void> {
  const server = createServer({
    cert: keys.agentTls.certificatePem,
    key: keys.agentTls.privateKeyPem,
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const socket = connect({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      servername,
      ca: keys.authority.certificatePem,
    });
    await once(socket, 'secureConnect');
    socket.destroy();
  } finally {
    server.close();
  }
}

it('makes secrets that only this account can read, once', async () => {
  const first = await load();
  const second = await load();

  expect(second.authority).toEqual(first.authority);
  expect(second.agentTls).toEqual(first.agentTls);
  expect(second.sessionSecret).toBe(first.sessionSecret);
  expect(second.serverKey.equals(first.serverKey)).toBe(true);
  const names = await readdir(join(dataDir, 'keys'));
  expect(names.sort()).toEqual(['agent-tls.pem', 'fleet-ca.pem', 'server-ed25519.pem', 'session-secret']);
  for (const name of names) expect((await stat(join(dataDir, 'keys', name))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o700);
});

it('serves a certificate that the fleet’s CA vouches for, by every name', async () => {
  const keys = await load('https://trustfleet.studio.example:4600');

  await handshake(keys, 'trustfleet.studio.example');
  await handshake(keys, 'localhost');
  await expect(handshake(keys, 'other.example')).rejects.toThrow(/does not match/);
});

it('makes a new certificate under the same CA when the public name changes or the end comes near', async () => {
  const first = await load();
  const renamed = await load('https://10.1.2.3');
  const later = await load('https://10.1.2.3', new Date(now.getTime() + 600 * 86_400_000));

  expect(renamed.authority).toEqual(first.authority);
  expect(renamed.agentTls.certificatePem).not.toBe(first.agentTls.certificatePem);
  expect(later.agentTls.certificatePem).not.toBe(renamed.agentTls.certificatePem);
});

it('refuses a damaged key file instead of making a new fleet', async () => {
  await load();
  await writeFile(join(dataDir, 'keys/fleet-ca.pem'), 'half a fi');

  await expect(load()).rejects.toThrow(/fleet-ca\.pem is damaged: restore it/);
});
