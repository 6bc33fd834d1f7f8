import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseBundle, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import type { JobEvent } from '@trustfleet/protocol';
import { createAddAnchor, createDurableFiles, createRepair, type Repair } from '@trustfleet/repair';
import { keyPairFromSeed, verifyJobEvent } from '@trustfleet/signing';
import { createTrustStores } from '@trustfleet/trust-stores';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnchorStoreAccess } from './anchor-store-access.ts';
import { runCli } from './cli.ts';
import { ensureKeySeed, saveIdentity } from './state/identity.ts';
import { takeInstanceLock } from './state/instance-lock.ts';
import { ensureRequestDirectory, requestDirectory } from './state/undo-requests.ts';
import { agent, startAgent } from './testing/agent-process.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';
import { keySetOf, makeStudio, SERVER_TIME, type Studio } from './testing/kill/studio.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let fake: FakeRoot;
let studio: Studio;
let stateDir: string;
let server: Server;
let jobId: string;
beforeEach(async () => {
  fake = await makeFakeRoot();
  studio = await makeStudio();
  stateDir = join(fake.directory, 'state');
  await mkdir(stateDir, { mode: 0o700 });
  for (const directory of ['usr/share/ca-certificates', 'etc/ca-certificates/update.d'])
    await mkdir(join(fake.root, directory), { recursive: true });
  // Something that listens and is no Trustfleet server.
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await enrol();
});
afterEach(async () => {
  server.close();
  await fake.remove();
});

async function enrol(): Promise<void> {
  const { keySeed, ...facts } = studio.agent;
  await ensureKeySeed(stateDir, () => new Uint8Array(Buffer.from(keySeed, 'base64')));
  const bound = server.address();
  const port = bound === null || typeof bound === 'string' ? 0 : bound.port;
  await saveIdentity(
    stateDir,
    {
      ...{ ...facts, keySeed, address: `https://127.0.0.1:${port}`, secret: 'x'.repeat(43) },
      ...{ caCertificate: WELL_KNOWN_ROOTS[0]!.pem, keySet: null },
    },
    { name: null, enrolledAt: '2026-11-22T10:00:00.000Z' },
  );
}

/** The executor of an agent on this state directory. */
async function openRepair(change: Partial<Parameters<typeof createRepair>[0]> = {}): Promise<Repair> {
  const host = createHost();
  const trustStores = createTrustStores(host, { root: fake.root });
  const verify = [
    process.execPath,
    '--conditions=@trustfleet/source',
    MAIN,
    'verify-store',
    '--root',
  ] as const;
  const access = createAnchorStoreAccess({
    ...{ host, files: createDurableFiles(), trustStores: () => Promise.resolve(trustStores) },
    readBackCommand: [...verify, fake.root],
  });
  const { agent: facts } = studio;
  return createRepair({
    stateDir,
    files: createDurableFiles(),
    identity: {
      ...{ hostId: facts.hostId, fleetId: facts.fleetId, keySet: () => keySetOf(facts) },
      hostKey: keyPairFromSeed('ed25519', Buffer.from(facts.keySeed, 'base64')).privateKey,
    },
    remedies: [createAddAnchor(access)],
    allowList: () =>
      Promise.resolve({
        ...{ path: '/x', state: 'loaded' as const, digest: '0'.repeat(64), problem: null },
        permits: ['trustStore.addAnchor'],
      }),
    serverTime: () => SERVER_TIME,
    beforeFinal: () => Promise.resolve(),
    onEvent: () => undefined,
    log: () => undefined,
    ...change,
  });
}

/** A job of the server that changes this store, up to its acknowledged end. */
async function apply(): Promise<string> {
  const events: JobEvent[] = [];
  const repair = await openRepair({ onEvent: (event) => events.push(event) });
  const { jobId: made, ...message } = studio.message({ mode: 'apply' });
  await repair.accept(message);
  await repair.idle();
  expect(events.at(-1)).toMatchObject({ state: 'verified' });
  await repair.acknowledge(events.map(({ eventId }) => eventId));
  return made;
}

const where = (): string[] => ['--state-dir', stateDir, '--root', fake.root];
const trusted = async (): Promise<boolean> =>
  parseBundle(await readFile(fake.bundle)).anchors.includes(studio.anchor);
const anchorFile = (): string =>
  join(fake.root, `usr/local/share/ca-certificates/trustfleet-${studio.anchor.slice(0, 16)}.crt`);

async function eventsOfJob(): Promise<JobEvent[]> {
  const text = await readFile(join(stateDir, 'journal', jobId, 'journal.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { event?: JobEvent }).event ?? []);
}

/** The server will hear of it when the agent is connected: the last event of the undone job, signed. */
async function expectEvidence(): Promise<void> {
  const event = (await eventsOfJob()).at(-1)!;
  expect(event).toMatchObject({ jobId, step: 'undoneByOwner', undone: true, after: { holds: false } });
  const { publicKey } = keyPairFromSeed('ed25519', Buffer.from(studio.agent.keySeed, 'base64'));
  expect(verifyJobEvent(event, publicKey)).toBe(true);
}

describe('undo', () => {
  beforeEach(async () => {
    jobId = await apply();
  });

  it('lists, shows its plan, asks, takes back while no agent runs, and does it once', async () => {
    const list = await agent(['undo', '--list', ...where()]);
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining(jobId) as string });

    const unasked = await agent(['undo', jobId, ...where()]);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringMatching(/add --yes/) as string });
    expect(unasked.stdout).toContain(`remove the file  ${anchorFile()}`);
    expect(await trusted()).toBe(true);

    const done = await agent(['undo', jobId.slice(0, 13), '--yes', ...where()]);
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/applying removeAnchorFile[^]*verified\n[^]*is taken back/);
    expect(done.code).toBe(0);
    expect(await trusted()).toBe(false);
    await expectEvidence();
    expect(await readdir(stateDir)).not.toContain('agent.lock');

    const again = await agent(['undo', jobId, '--yes', ...where()]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/taken back already/) as string });
    expect((await agent(['undo', '--list', ...where()])).stdout).toMatch(/No job of this host left a change/);
  });

  it('takes the end of input at its question for a no', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.ReadStream;
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    stdout.once('data', () => stdin.push(null));

    const code = await runCli(['undo', jobId, ...where()], { env: {}, stdin: () => stdin, stdout, stderr });

    expect(String(stderr.read())).toBe('trustfleet-agent: Nothing was changed.\n');
    expect(code).toBe(1);
    expect(await trusted()).toBe(true);
  });

  it('has the agent do it that runs', async () => {
    const running = startAgent(['run', ...where(), '--allow-list', join(fake.directory, 'none.json')]);
    await running.saw(/ link state="waiting"/);

    const done = await agent(['undo', jobId, '--yes', ...where()]);

    expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/is taken back/) as string });
    expect(await trusted()).toBe(false);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(/the host's owner asks for an undo/);
    await expectEvidence();
  });

  it('leaves a file alone that somebody changed, says so, and leaves no request behind', async () => {
    await writeFile(anchorFile(), WELL_KNOWN_ROOTS[3]!.pem);

    const { code, stderr } = await agent(['undo', jobId, '--yes', ...where()]);

    expect(stderr).toMatch(/no longer holds what that job wrote/);
    expect(code).toBe(1);
    expect(await readFile(anchorFile(), 'utf8')).toBe(WELL_KNOWN_ROOTS[3]!.pem);
    expect(await readdir(stateDir)).not.toContain('requests');
  });
});

describe('an undo that is left with Ctrl-C while an agent runs', () => {
  let release: () => Promise<void>;
  beforeEach(async () => {
    jobId = await apply();
    // As an agent that runs holds it; this one looks at requests when a test says so.
    release = await takeInstanceLock(stateDir);
    await ensureRequestDirectory(stateDir);
  });
  afterEach(() => release());

  const requests = async (): Promise<string[]> =>
    (await readdir(requestDirectory(stateDir))).flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
  const requested = (): Promise<string> =>
    vi.waitFor(async () => (await requests())[0] ?? Promise.reject(new Error('no request')), 20_000);

  it('withdraws a request that nobody took', async () => {
    const undo = startAgent(['undo', jobId, '--yes', ...where()]);
    await requested();
    undo.child.kill('SIGINT');

    const { code, stderr } = await undo.finished;
    expect(stderr).toMatch(/it was withdrawn and nothing was changed/);
    expect(code).toBe(1);
    expect(await requests()).toEqual([]);
    expect(await trusted()).toBe(true);
  });

  it('says that the agent goes on with one that it took', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const repair = await openRepair({
      fault: (point) => (point === 'before:stepStarted' ? held : Promise.resolve()),
    });
    const undo = startAgent(['undo', jobId, '--yes', ...where()]);
    await repair.undoAsOwner({ requestId: await requested(), undoes: jobId });
    undo.child.kill('SIGINT');

    const { code, stderr } = await undo.finished;
    expect(stderr).toMatch(/has begun and the agent goes on with it/);
    expect(code).toBe(1);
    expect(await trusted()).toBe(true);
    goOn();
    await repair.idle();
    expect(await trusted()).toBe(false);
  });
});

describe('wrong arguments of undo', () => {
  it.each([
    [[], 2, /Name the job to take back/],
    [['../../etc'], 2, /is no id of a job/],
    [['--all'], 2, /unknown option/],
    [['00000000-0000-4000-8000-000000000000'], 1, /holds no job 0000/],
  ])('%j: exit code %i and a sentence', async (args, code, sentence) => {
    const ended = await agent(['undo', ...args, ...where()]);

    expect(ended.stderr).toMatch(sentence);
    expect(ended.code).toBe(code);
  });
});
