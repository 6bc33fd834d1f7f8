import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { keyPairFromSeed } from '@trustfleet/signing';

/** Files of a host that enrolled with a server that no longer answers; answers its id. */
export async function writeIdentity(stateDir: string): Promise<string> {
  const hostId = randomUUID();
  const identity = {
    ...{ format: 1, address: 'https://127.0.0.1:1', fleetId: randomUUID(), hostId },
    secret: randomBytes(32).toString('base64url'),
    caCertificate: WELL_KNOWN_ROOTS[0]?.pem,
    serverKey: keyPairFromSeed('ed25519', randomBytes(32)).publicKey,
    ...{ name: 'studio-1', enrolledAt: '2026-11-22T10:00:00.000Z' },
  };
  const key = { format: 1, seed: randomBytes(32).toString('base64') };
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  for (const [name, value] of Object.entries({ 'host-key.json': key, 'identity.json': identity }))
    await writeFile(join(stateDir, name), JSON.stringify(value), { mode: 0o600 });
  return hostId;
}
