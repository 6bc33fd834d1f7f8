import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { keyPairFromSeed } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '@trustfleet/terminal';
import { ensureKeySeed, loadIdentity, saveIdentity } from './state/identity.ts';
import { takeInstanceLock } from './state/instance-lock.ts';
import { agent, startAgent } from './testing/agent-process.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';

let fake: FakeRoot;
let stateDir: string;
let server: Server;
beforeEach(async () => {
  fake = await makeFakeRoot();
  stateDir = join(fake.directory, 'state');
  await mkdir(stateDir, { mode: 0o700 });
  // Something that listens and is no Trustfleet server: it hangs up at once.
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  server.close();
  await fake.remove();
});

function address(): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `https://127.0.0.1:${bound.port}`;
}

async function enrolled(): Promise<{ hostId: string; secret: string }> {
  const seed = await ensureKeySeed(stateDir, () => new Uint8Array(randomBytes(32)));
  const [hostId, fleetId, secret] = [randomUUID(), randomUUID(), randomBytes(32).toString('base64url')];
  const identity = {
    ...{ address: address(), fleetId, hostId, secret },
    caCertificate: WELL_KNOWN_ROOTS[0]!.pem,
    serverKey: keyPairFromSeed('ed25519', randomBytes(32)).publicKey,
    keySeed: Buffer.from(seed).toString('base64'),
    keySet: null,
  };
  await saveIdentity(stateDir, identity, { name: 'studio-1', enrolledAt: '2026-11-22T10:00:00.000Z' });
  expect((await loadIdentity(stateDir))?.link).toEqual(identity);
  return { hostId, secret };
}

const where = (): string[] => [
  '--state-dir',
  stateDir,
  '--allow-list',
  join(fake.directory, 'allow-list.json'),
];

describe('identity', () => {
  it('keeps key and secret to the account of the agent, and the same key for a second try', async () => {
    await enrolled();
    for (const name of await readdir(stateDir))
      expect((await stat(join(stateDir, name))).mode & 0o777, name).toBe(0o600);

    const again = await ensureKeySeed(stateDir, () => new Uint8Array(32));

    expect(Buffer.from(again).toString('base64')).toBe((await loadIdentity(stateDir))?.link.keySeed);
  });

  it.each([
    ['without its key', async () => rm(join(stateDir, 'host-key.json')), /host-key\.json is missing/],
    [
      'that is damaged',
      async () => writeFile(join(stateDir, 'identity.json'), '{"format":1,'),
      /identity\.json is damaged/,
    ],
    [
      'of another format',
      async () => writeFile(join(stateDir, 'identity.json'), '{"format":2}'),
      /of another version/,
    ],
  ])('an identity %s is told by name', async (_name, harm, sentence) => {
    await enrolled();
    await harm();

    await expect(loadIdentity(stateDir)).rejects.toThrow(sentence);
    await expect(loadIdentity(stateDir)).rejects.toThrow(CliError);
  });

  it('a machine that is enrolled is not enrolled over it', async () => {
    const { hostId } = await enrolled();

    const { code, stderr } = await agent(['enroll', '--token', 'tf1.x', '--state-dir', stateDir]);

    expect(code).toBe(1);
    expect(stderr).toContain(`enrolled already: host ${hostId}`);
  });
});

describe('instance lock', () => {
  it('is held by one, given back, and taken over from a process that is gone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
    const release = await takeInstanceLock(directory);
    await expect(takeInstanceLock(directory)).rejects.toThrow(/already \(process \d+\)/);
    await release();
    await writeFile(
      join(directory, 'agent.lock'),
      JSON.stringify({ format: 1, pid: process.pid, started: '1' }),
    );

    await (
      await takeInstanceLock(directory)
    )();

    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('goes to one alone where many find a stale one at the same moment', async () => {
    const taker = fileURLToPath(new URL('testing/lock-taker.ts', import.meta.url));
    for (let round = 0; round < 6; round += 1) {
      const directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
      const stale = { format: 1, pid: process.pid, started: '1' };
      await writeFile(join(directory, 'agent.lock'), JSON.stringify(stale));
      const moment = String(Date.now() + 1_500);
      const takers = Array.from({ length: 6 }, () => {
        const child = spawn(process.execPath, ['--conditions=@trustfleet/source', taker, directory, moment]);
        return { child, said: once(child.stdout, 'data'), ended: once(child, 'close') };
      });
      const said = (await Promise.all(takers.map((one) => one.said))).map(([word]) => String(word).trim());
      for (const { child } of takers) child.stdin.end();
      await Promise.all(takers.map(({ ended }) => ended));

      expect(said.filter((word) => word === 'taken')).toHaveLength(1);
      await rm(directory, { recursive: true });
    }
  });
});

describe('run', () => {
  it('scans, tries to connect, tells status why it waits, bears no second agent, and stops cleanly', async () => {
    const { hostId, secret } = await enrolled();
    const running = startAgent(['run', ...where(), '--root', fake.root]);
    await running.saw(/ link state="waiting"/);

    const second = await agent(['run', ...where()]);
    const { stdout } = await agent(['status', ...where()]);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.finished;

    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`already (process ${running.child.pid ?? ''})`) as string,
    });
    expect(stdout).toContain(`host ${hostId} since 2026-11-22T10:00:00.000Z, named studio-1`);
    expect(stdout).toContain(`running (process ${running.child.pid ?? ''})`);
    expect(stdout).toMatch(/Connection: +not connected, will try again since .*: ./);
    expect(stdout).toMatch(/Last online: never/);
    expect(stdout).toMatch(/Last scan: +20/);
    expect(code).toBe(0);
    expect(stderr).not.toContain(secret);
    expect(stderr).not.toContain('unexpected');
    expect(await readdir(stateDir)).not.toContain('agent.lock');
    expect((await agent(['status', ...where()])).stdout).toMatch(/Agent: +not running/);
  });

  it('does not give what an earlier run left for the state of whoever holds the lock now', async () => {
    await enrolled();
    const at = '2026-11-22T10:00:00.000Z';
    const left = {
      ...{ format: 1, pid: process.pid + 1, startedAt: at, link: 'online', linkSince: at, lastOnlineAt: at },
      ...{ reason: null, interception: false, lastScanAt: at, pendingEvents: 0, problems: [] },
    };
    await writeFile(join(stateDir, 'status.json'), JSON.stringify(left));
    const release = await takeInstanceLock(stateDir);

    const { stdout } = await agent(['status', ...where()]);
    await release();

    expect(stdout).toContain(`starting, or taking a job back (process ${process.pid})`);
    expect(stdout).not.toMatch(/connected since|running \(process|Last online: now/);
  });

  it("notices the owner's permission without a restart", async () => {
    await enrolled();
    const running = startAgent(['run', ...where(), '--root', fake.root]);
    await running.saw(/ link state="waiting"/);

    await writeFile(
      join(fake.directory, 'allow-list.json'),
      '{"format":1,"permits":["trustStore.addAnchor"]}',
      { mode: 0o644 },
    );

    await running.saw(/the allow-list changed permits=\["trustStore.addAnchor"\]/);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(0);
  });

  it('goes on without facts when the process that scans fails, and tells so', async () => {
    const { hostId } = await enrolled();
    const breaking = join(fake.directory, 'break-collect.cjs');
    await writeFile(breaking, "if (process.argv[2] === 'collect') throw new Error('the disk is on fire');");
    const running = startAgent(['run', ...where(), '--root', fake.root], {
      NODE_OPTIONS: `--require=${breaking}`,
    });

    await running.saw(/the scan failed; .*exit code 1.*the disk is on fire[^]* link state="waiting"/);
    const { stdout } = await agent(['status', ...where()]);
    running.child.kill('SIGTERM');

    expect((await running.finished).code).toBe(0);
    expect(stdout).toContain(`host ${hostId}`);
    expect(stdout).toMatch(/Last scan: +none yet/);
    expect(stdout).toMatch(/The scan failed, and is tried again soon/);
  });

  it.each([['run'], ['undo', '--list'], ['enroll', '--token', 'tf1.x']])(
    'believes nothing of a directory that others may write to: %s',
    async (...command) => {
      await enrolled();
      await chmod(stateDir, 0o777);

      const { code, stderr } = await agent([...command, '--state-dir', stateDir]);

      expect(stderr).toContain(`The state directory ${stateDir} is writable for its group or for everybody`);
      expect(code).toBe(1);
    },
  );

  it('ends when it cannot start, so that whoever keeps it running starts it again', async () => {
    await enrolled();
    await writeFile(join(stateDir, 'requests'), 'no directory');

    const { code, stderr } = await agent(['run', ...where(), '--root', fake.root]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/EEXIST.*requests/);
    expect(await readdir(stateDir)).not.toContain('agent.lock');
  });

  it('notices a changed trust store', async () => {
    await enrolled();
    const running = startAgent(['run', ...where(), '--root', fake.root]);
    await running.saw(/ link state="waiting"/);

    await writeFile(fake.bundle, WELL_KNOWN_ROOTS[2]!.pem);

    await running.saw(/watched files changed/);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
  });
});
