import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { keyPairFromSeed } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureKeySeed, saveIdentity } from '../state/identity.ts';
import { ensureStateDir } from '../state/state-directory.ts';
import { agent } from '../testing/agent-process.ts';
import { makeFakeRoot, type FakeRoot } from '../testing/fake-root.ts';

let fake: FakeRoot;
let stateDir: string;
beforeEach(async () => {
  fake = await makeFakeRoot();
  stateDir = join(fake.directory, 'state');
});
afterEach(() => fake.remove());

async function enrolled(): Promise<void> {
  await ensureStateDir(stateDir);
  const seed = await ensureKeySeed(stateDir, () => new Uint8Array(randomBytes(32)));
  const identity = {
    ...{ address: 'https://127.0.0.1:1', fleetId: randomUUID(), hostId: randomUUID() },
    ...{ secret: randomBytes(32).toString('base64url'), caCertificate: WELL_KNOWN_ROOTS[0]?.pem ?? '' },
    serverKey: keyPairFromSeed('ed25519', randomBytes(32)).publicKey,
    keySeed: Buffer.from(seed).toString('base64'),
    keySet: null,
  };
  await saveIdentity(stateDir, identity, { name: null, enrolledAt: '2026-11-22T10:00:00.000Z' });
}

const run = (...args: string[]) =>
  agent([
    ...['run', '--state-dir', stateDir, '--allow-list', join(fake.directory, 'list.json')],
    ...['--root', fake.root, ...args],
  ]);

describe('run --stop-with-stdin', () => {
  // Its stdin is /dev/null in these tests.
  it('stops cleanly when its input ends', async () => {
    await enrolled();

    const { code, stderr } = await run('--stop-with-stdin');

    expect(stderr).toMatch(/agent stops reason="its input ended"/);
    expect(code).toBe(0);
  });

  it('does not hold a process that cannot start', async () => {
    const { code, stderr } = await run('--stop-with-stdin');

    expect(stderr).toMatch(/not enrolled/);
    expect(code).toBe(1);
  });
});

// As a program of its own, and under service managers, all commands are tried in tools/packaging: here they would be this machine's.
it.runIf(process.platform === 'linux')('the program from source installs nothing, and says why', async () => {
  const { code, stdout, stderr } = await agent(['install'], { PATH: '/nonexistent' });

  expect(stderr).toMatch(/run this as root|not run by systemd|a script of Node/);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});
