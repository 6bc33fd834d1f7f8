import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { keyPairFromSeed, verifyJobEvent } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Lab } from './testing/lab.ts';
import { readTrustStores } from './testing/debian-store.ts';
import type { NamespaceConfig } from './testing/namespace-agent.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('./testing/namespace-agent.ts', import.meta.url));

let lab: Lab;
let hostSeed: Buffer;
beforeEach(async () => {
  lab = await createLab();
  hostSeed = randomBytes(32);
});
afterEach(() => lab.remove());

/** Starts an agent process in a mount namespace in which the test's store stands at the real paths. */
async function agent(
  message: JobMessage | null,
  killAt: string | null,
): Promise<{ signal: string | null; pending: JobEvent[] }> {
  const config: NamespaceConfig = {
    stateDir: lab.stateDir,
    root: lab.tree.root,
    identity: {
      hostId: lab.hostId,
      fleetId: lab.fleetId,
      serverKey: lab.serverKey.publicKey,
      hostSeed: hostSeed.toString('base64'),
    },
    message,
    killAt,
  };
  const path = join(lab.directory, 'config.json');
  await writeFile(path, JSON.stringify(config));
  const argv = [
    '-m',
    '--propagation',
    'private',
    '--',
    process.execPath,
    '--conditions=@trustfleet/source',
    PROGRAM,
    path,
  ];
  try {
    const { stdout } = await run('/usr/bin/unshare', argv, {
      timeout: 60_000,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    return { signal: null, pending: (JSON.parse(stdout) as { pending: JobEvent[] }).pending };
  } catch (error) {
    const failure = error as { signal?: string | null; stderr?: string };
    if (failure.signal === undefined || failure.signal === null)
      throw new Error(failure.stderr ?? String(error), { cause: error });
    return { signal: failure.signal, pending: [] };
  }
}

const trusted = async (): Promise<boolean> =>
  (await readTrustStores(lab.tree)).stores[0]!.bundle.anchors.includes(lab.anchor);

describe('in a mount namespace, with update-ca-certificates as it is', () => {
  it('adds the anchor to the store that stands at the real paths', async () => {
    const { pending } = await agent(lab.message(), null);

    expect(pending.at(-1)).toMatchObject({
      state: 'verified',
      after: { bundlePath: '/etc/ssl/certs/ca-certificates.crt', holds: true },
    });
    expect(verifyJobEvent(pending.at(-1)!, keyPairFromSeed('ed25519', hostSeed).publicKey)).toBe(true);
    expect(await trusted()).toBe(true);
    const { stdout } = await run('/usr/bin/openssl', [
      'verify',
      '-CAfile',
      lab.tree.bundle,
      join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`),
    ]);
    expect(stdout).toContain('OK');
  });

  it.each([
    ['after:accepted', 'verified', true],
    ['before:writeAnchorFile', 'failed', false],
    ['after:writeAnchorFile', 'failed', false],
    ['after:runStoreTool', 'verified', true],
    ['before:final', 'verified', true],
  ])('a process killed at %s ends, at its next start, as %s', async (killAt, state, holds) => {
    expect((await agent(lab.message(), killAt)).signal).toBe('SIGKILL');

    const { pending } = await agent(null, null);

    expect(pending.filter((event) => event.signature !== null)).toMatchObject([{ state }]);
    expect(await trusted()).toBe(holds);
    const files = (await readdir(lab.tree.anchors)).filter((name) => name.endsWith('.crt'));
    expect(files).toHaveLength(holds ? 2 : 1);
  });
});
