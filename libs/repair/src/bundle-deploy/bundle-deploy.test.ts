import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Hex } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { keptBundlePath } from '@trustfleet/remedies';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FetchArtifact } from '../artifacts/artifact-store.ts';
import type { Repair } from '../create-repair.ts';
import type { FaultPoint } from '../ports.ts';
import { createBundlePlace, unionOf, type Trouble } from '../testing/bundle-place.ts';
import { createLab, PERMITTED, type Lab } from '../testing/lab.ts';
import { journaled, pointsOf, runUntil } from '../testing/stopped-runs.ts';
import { createBundleDeploy } from './index.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

const A = unionOf(10);
const B = unionOf(11);
type Union = typeof A;
interface Situation {
  readonly facts?: HostFacts;
  readonly trouble?: Trouble;
  readonly fault?: FaultPoint;
}

const path = (): string => createBundlePlace(lab.directory).path;
const last = (): JobEvent => lab.events.at(-1)!;
const names = async (): Promise<string[]> => (await readdir(dirname(path()))).sort();

/** Every file of the place with what it holds; nothing for a place that was never made. */
async function everything(): Promise<string[]> {
  const found = await readdir(dirname(path())).catch(() => []);
  return Promise.all(
    found.sort().map(async (name) => `${name} ${sha256Hex(await readFile(join(dirname(path()), name)))}`),
  );
}

function open({ facts, trouble, fault }: Situation = {}): Promise<Repair> {
  const access = createBundlePlace(lab.directory, { facts: facts ?? {}, trouble: trouble ?? {} });
  return lab.repair({
    remedies: [createBundleDeploy(access)],
    allowList: () => Promise.resolve({ ...PERMITTED, permits: ['bundle.deploy'] }),
    ...(fault === undefined ? {} : { fault }),
  });
}

function message({ sha256, bytes }: Union, more: { undoes?: string; jobId?: string } = {}): JobMessage {
  const made = lab.message({
    order: {
      remedy: 'bundle.deploy',
      parameters: { bundle: sha256, list: { name: 'a list', published: '2026-10-18' } },
      artifacts: [sha256],
      mode: more.undoes === undefined ? 'apply' : 'undo',
    },
    job: more,
  });
  return { ...made, artifacts: { [sha256]: Buffer.from(bytes).toString('base64') } };
}

async function run(
  union: Union,
  more: Parameters<typeof message>[1] = {},
  how: Situation = {},
): Promise<JobEvent> {
  const repair = await open(how);
  await repair.accept(message(union, more));
  await repair.idle();
  return last();
}

describe('bundle.deploy on real files', () => {
  it('every program can read it, byte for byte, and a copy is kept beside it', async () => {
    const end = await run(A);

    expect(end).toMatchObject({
      ...{ state: 'verified', undone: false, effective: 'appRestart' },
      before: { subject: 'bundle', name: path(), state: null, sha256: null, holds: false },
      after: { subject: 'bundle', name: path(), state: '10 anchors', sha256: A.sha256, holds: true },
    });
    expect(await readFile(path())).toEqual(Buffer.from(A.bytes));
    expect((await stat(path())).mode & 0o777).toBe(0o644);
    expect((await stat(dirname(path()))).mode & 0o777).toBe(0o755);
    expect(await names()).toEqual([`ca-bundle.${A.sha256.slice(0, 16)}.pem`, 'ca-bundle.pem']);
    expect(end.plan?.remarks?.[0]).toContain('no program reads it until a variable does');
  });

  it('applied twice is applied once', async () => {
    await run(A);
    const before = await everything();

    expect(await run(A)).toMatchObject({ state: 'alreadyCompliant', plan: { changes: [] } });
    expect(await everything()).toEqual(before);
  });

  it('what was made unreadable for others is written again', async () => {
    await run(A);
    await chmod(path(), 0o600);

    expect(await run(A)).toMatchObject({ state: 'verified' });
    expect((await stat(path())).mode & 0o777).toBe(0o644);
  });

  it('the last three versions stay', async () => {
    for (const roots of [3, 4, 5, 6]) expect((await run(unionOf(roots))).state).toBe('verified');

    const kept = [4, 5, 6].map((roots) => keptBundlePath('ca-bundle.pem', unionOf(roots).sha256));
    expect(await names()).toEqual([...kept, 'ca-bundle.pem'].sort());
  });

  /** Undefined where nothing stands there. */
  const modeOfBundle = async (): Promise<number | undefined> =>
    existsSync(path()) ? (await stat(path())).mode : undefined;

  it.each<[string, () => Promise<unknown>]>([
    ['nothing', () => Promise.resolve()],
    ['an earlier bundle', () => run(B)],
    [
      "somebody's own file, of mode 640",
      async () => {
        await mkdir(dirname(path()), { recursive: true });
        await writeFile(path(), '# mine\n', { mode: 0o640 });
      },
    ],
  ])('undo(apply) is as before: %s', async (_name, prepare) => {
    await prepare();
    const [before, mode] = [await everything(), await modeOfBundle()];
    const jobId = randomUUID();
    expect((await run(A, { jobId })).state).toBe('verified');

    expect(await run(A, { undoes: jobId })).toMatchObject({ state: 'verified', after: { holds: false } });
    expect(await everything()).toEqual(before);
    expect(await modeOfBundle()).toBe(mode);
  });

  it('a chain of deployments goes back version by version', async () => {
    const unions = [3, 4, 5].map(unionOf);
    const jobs = unions.map(() => randomUUID());
    const seen = [await everything()];
    for (const [index, union] of unions.entries()) {
      await run(union, { jobId: jobs[index]! });
      seen.push(await everything());
    }
    for (const [index, union] of [...unions.entries()].reverse()) {
      expect(await everything()).toEqual(seen[index + 1]);
      expect((await run(union, { undoes: jobs[index]! })).state).toBe('verified');
      expect(await everything()).toEqual(seen[index]);
    }
  });

  it('an empty place is never left to a variable that names it', async () => {
    const jobId = randomUUID();
    await run(A, { jobId });
    const facts = {
      variables: {
        variables: [
          {
            name: 'SSL_CERT_FILE' as const,
            scope: 'machine' as const,
            owner: null,
            value: path(),
            source: '/etc/environment',
          },
        ],
      },
    };

    expect(await run(A, { undoes: jobId }, { facts })).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/SSL_CERT_FILE \(\/etc\/environment\).*variable\.unset/) as string,
    });
    expect(sha256Hex(await readFile(path()))).toBe(A.sha256);
  });

  it('what somebody put in its place since stays', async () => {
    const jobId = randomUUID();
    await run(A, { jobId });
    await writeFile(path(), '# mine\n');

    expect(await run(A, { undoes: jobId })).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/no longer holds the bundle/) as string,
    });
    expect(await readFile(path(), 'utf8')).toBe('# mine\n');
  });

  it('a version whose copy was altered is not put back', async () => {
    await run(B);
    const jobId = randomUUID();
    await run(A, { jobId });
    await writeFile(keptBundlePath(path(), B.sha256), 'altered');

    expect(await run(A, { undoes: jobId })).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/no longer kept/) as string,
    });
    expect(sha256Hex(await readFile(path()))).toBe(A.sha256);
  });

  it('a change between plan and apply is noticed', async () => {
    await run(B);
    const repair = await open({
      async fault(point) {
        if (point === 'after:keepBundle') await writeFile(path(), '# mine\n');
      },
    });
    await repair.accept(message(A));
    await repair.idle();

    expect(last()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/changed since the plan was made/) as string,
    });
    expect(await readFile(path(), 'utf8')).toBe('# mine\n');
  });

  it('nothing is written through a link', async () => {
    await mkdir(dirname(path()), { recursive: true });
    const target = join(lab.directory, 'elsewhere');
    await writeFile(target, 'theirs');
    await symlink(target, path());

    expect(await run(A)).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(/a link/) as string,
    });
    expect(await readFile(target, 'utf8')).toBe('theirs');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['cut short', B.bytes.subarray(0, B.bytes.length - 300), /none that every program loads/],
    ['with CR LF', Buffer.from(Buffer.from(B.bytes).toString().replaceAll('\n', '\r\n')), /CR LF/],
    ['of a single root', unionBytes(1), /holds 1 certificates/],
  ])('refuses a bundle %s, whoever signed it', async (_name, bytes, reason) => {
    expect(await run({ bytes, sha256: sha256Hex(bytes) })).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(reason) as string,
    });
    expect(await everything()).toEqual([]);
  });
});

function unionBytes(roots: number): Uint8Array {
  const text = Buffer.from(A.bytes).toString();
  return Buffer.from(
    text
      .split('\n\n')
      .slice(0, roots + 1)
      .join('\n\n'),
  );
}

describe('a bundle that does not travel with its job', () => {
  const without = (more: { undoes?: string; jobId?: string } = {}): JobMessage => ({
    ...message(A, more),
    artifacts: {},
  });
  const opened = (fetchArtifact?: FetchArtifact): Promise<Repair> =>
    lab.repair({
      remedies: [createBundleDeploy(createBundlePlace(lab.directory))],
      allowList: () => Promise.resolve({ ...PERMITTED, permits: ['bundle.deploy'] }),
      ...(fetchArtifact === undefined ? {} : { fetchArtifact }),
    });
  const gives = (bytes: Uint8Array): FetchArtifact =>
    async function* ({ offset }) {
      await Promise.resolve();
      yield bytes.subarray(offset);
    };

  it('is fetched, and its journal holds the digest alone', async () => {
    const jobId = randomUUID();
    const repair = await opened(gives(A.bytes));
    await repair.accept(without({ jobId }));
    await repair.idle();

    expect(last()).toMatchObject({ state: 'verified', after: { sha256: A.sha256 } });
    const journal = await readFile(join(lab.stateDir, 'journal', jobId, 'journal.jsonl'), 'utf8');
    expect(journal.length).toBeLessThan(A.bytes.length);
    // Taking it back needs no bytes of it, nor a server that has them.
    await rm(join(lab.stateDir, 'artifacts'), { recursive: true });
    const again = await opened(gives(B.bytes));
    await again.accept(without({ undoes: jobId }));
    await again.idle();
    expect(last()).toMatchObject({ state: 'verified', after: { holds: false, sha256: null } });
    expect(await everything()).toEqual([]);
  });

  it.each<[string, FetchArtifact | undefined, string, RegExp]>([
    ['altered', gives(B.bytes), 'failed', /arrived with the content/],
    ['not to be fetched', undefined, 'refused', /is missing/],
  ])('%s: nothing is touched', async (...[, fetchArtifact, state, reason]) => {
    const repair = await opened(fetchArtifact);
    await repair.accept(without());
    await repair.idle();

    expect(last()).toMatchObject({ state, detail: expect.stringMatching(reason) as string });
    expect(await everything()).toEqual([]);
  });
});

describe('stopped, cut short, no space', () => {
  /** The same host again, on which nothing has run but what prepares it. */
  async function afresh(stands: string): Promise<void> {
    await rm(lab.stateDir, { recursive: true, force: true });
    await rm(dirname(path()), { recursive: true, force: true });
    if (stands !== 'nothing') await run(B);
  }

  it.each(['nothing', 'an earlier bundle'])(
    'at every point over %s: done and verified, or as before',
    async (stands) => {
      const jobId = randomUUID();
      await afresh(stands);
      const before = await everything();
      const points = await pointsOf((fault) => open({ fault }), message(A));
      expect(points.length).toBeGreaterThan(4);

      for (const [stop, point] of points.entries()) {
        await afresh(stands);
        await runUntil(stop, (fault) => open({ fault }), message(A, { jobId }));
        const repair = await open();
        await repair.recover();
        await repair.idle();
        await repair.accept(message(A, { jobId }));
        await repair.idle();
        const { finals } = await journaled(lab.stateDir, jobId);
        const [{ state } = { state: 'none' }] = finals;
        const now = await everything();
        expect([point, state, now]).toEqual(
          state === 'failed'
            ? [point, state, before]
            : [point, 'verified', expect.arrayContaining([`ca-bundle.pem ${A.sha256}`])],
        );
      }
    },
  );

  it.each([1, 2, 3])('the disk is full at write %i: as before', async (fullFrom) => {
    await mkdir(dirname(path()), { recursive: true });
    await writeFile(path(), '# mine\n');
    const before = await everything();

    const end = await run(A, {}, { trouble: { fullFrom } });

    expect(end).toMatchObject({
      state: 'failed',
      undone: true,
      detail: expect.stringMatching(/ENOSPC/) as string,
    });
    expect(await everything()).toEqual(before);
  });

  it.each(['nothing', 'an earlier bundle'])(
    'half of a file over %s is taken back at once',
    async (stands) => {
      await afresh(stands);
      const before = await everything();

      const end = await run(A, {}, { trouble: { cutsShort: A.sha256 } });

      expect(end).toMatchObject({ state: 'failed', undone: true });
      expect(await everything()).toEqual(before);
    },
  );
});
