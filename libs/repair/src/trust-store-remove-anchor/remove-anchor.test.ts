import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex, toPem } from '@trustfleet/certificates';
import { storeEvidence, type JobEvent, type JobMessage } from '@trustfleet/protocol';
import { createTlsLab } from '@trustfleet/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrustStores, updateCaCertificates, type ToolBehaviour } from '../testing/debian-store.ts';
import { createLab, type Lab } from '../testing/lab.ts';
import { journaled, pointsOf, runUntil } from '../testing/stopped-runs.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
  // A bundle of one anchor is an anchor file to `openssl rehash`, which links it: this store never has just one.
  const { pem } = await createTlsLab().authority('Second present CA');
  await rm(lab.tree.links, { recursive: true });
  await mkdir(lab.tree.links);
  await writeFile(join(lab.tree.anchors, 'second.crt'), pem);
  await rebuild();
});
afterEach(() => lab.remove());

const at = (path: string): string => join(lab.tree.root, path);
const conf = (): string => at('etc/ca-certificates.conf');
const local = (): string => join(lab.tree.anchors, 'studio.crt');
const last = (): JobEvent => lab.events.at(-1)!;
const trusted = async (): Promise<boolean> =>
  (await readTrustStores(lab.tree)).stores[0]!.bundle.anchors.includes(lab.anchor);

/** The system ships the certificate and one more, under names that its configuration selects. */
async function ship(): Promise<void> {
  const { pem } = await createTlsLab().authority('Another vendor CA');
  await mkdir(at('usr/share/ca-certificates/mozilla'), { recursive: true });
  await writeFile(at('usr/share/ca-certificates/mozilla/Demo.crt'), toPem(lab.der));
  await writeFile(at('usr/share/ca-certificates/mozilla/Other.crt'), pem);
  await writeFile(conf(), '# made by the package\nmozilla/Demo.crt\nmozilla/Other.crt\n!mozilla/Old.crt\n');
}
const put = (): Promise<void> => writeFile(local(), `# from the studio\n${toPem(lab.der)}`);
function rebuild(): Promise<void> {
  return updateCaCertificates(lab.tree, 'remove');
}

/** Every name of the store's places with what it holds; temporary files of a writer that was killed do not count. */
async function everything(): Promise<string[]> {
  const lines = [await readFile(conf(), 'latin1')];
  for (const directory of [lab.tree.anchors, lab.tree.links])
    for (const name of (await readdir(directory)).sort())
      if (!name.endsWith('.tmp')) lines.push(`${name} ${sha256Hex(await readFile(join(directory, name)))}`);
  return lines;
}

function message(
  more: { undoes?: string; jobId?: string } = {},
  mode: 'apply' | 'plan' = 'apply',
): JobMessage {
  const undoing = more.undoes !== undefined;
  return lab.message({
    order: { remedy: 'trustStore.removeAnchor', mode: undoing ? 'undo' : mode },
    job: more,
  });
}

async function run(
  more: Parameters<typeof message>[0] = {},
  behaviour: ToolBehaviour = 'works',
): Promise<JobEvent> {
  const repair = await lab.repair({ behaviour });
  await repair.accept(message(more));
  await repair.idle();
  return last();
}

describe('trustStore.removeAnchor on a real update-ca-certificates', () => {
  it.each<[string, () => Promise<void>, string[]]>([
    ['what the system ships', ship, ['changeFile', 'runTool', 'removeAnchor']],
    ["what the machine's owner added", put, ['removeFile', 'runTool', 'removeAnchor']],
    [
      'both',
      async () => {
        await ship();
        await put();
      },
      ['removeFile', 'changeFile', 'runTool', 'removeAnchor'],
    ],
  ])('%s is trusted no longer; its undo brings the store back to the byte', async (...[, prepare, kinds]) => {
    await prepare();
    await rebuild();
    const before = await everything();
    expect(await trusted()).toBe(true);
    const jobId = randomUUID();

    const end = await run({ jobId });

    expect(end).toMatchObject({ state: 'verified', undone: false, after: { holds: true } });
    expect(end.plan?.changes.map(({ kind }) => kind)).toEqual(kinds);
    expect(await trusted()).toBe(false);
    // The other anchors stay.
    const [anchorsBefore, anchorsAfter] = [end.before, end.after].map(
      (seen) => storeEvidence.parse(seen).anchors,
    );
    expect(anchorsAfter).toBe(anchorsBefore! - 1);
    expect(await run({ undoes: jobId })).toMatchObject({
      state: 'verified',
      after: { holds: true, bundleSha256: end.before!.bundleSha256 },
    });
    expect(await everything()).toEqual(before);
    expect(await trusted()).toBe(true);
  });

  it('the plan tells the digest that the selection will have', async () => {
    await ship();
    await rebuild();
    const end = await run();
    const [change] = end.plan!.changes;

    expect(change).toEqual({
      ...{ kind: 'changeFile', path: conf() },
      sha256: sha256Hex(await readFile(conf())),
    });
    expect(await readFile(conf(), 'latin1')).toBe(
      '# made by the package\n!mozilla/Demo.crt\nmozilla/Other.crt\n!mozilla/Old.crt\n',
    );
  });

  it('a selection that a package rewrote since is no hindrance: our line alone comes back', async () => {
    await ship();
    await rebuild();
    const jobId = randomUUID();
    await run({ jobId });
    await writeFile(conf(), '# upgraded\nmozilla/Other.crt\n!mozilla/Demo.crt\n');

    expect(await run({ undoes: jobId })).toMatchObject({ state: 'verified' });
    expect(await readFile(conf(), 'latin1')).toBe('# upgraded\nmozilla/Other.crt\nmozilla/Demo.crt\n');
    expect(await trusted()).toBe(true);
  });

  it('gives a removed file its mode again, and leaves alone what somebody put in its place', async () => {
    await put();
    await chmod(local(), 0o640);
    await rebuild();
    const jobId = randomUUID();
    await run({ jobId });
    await run({ undoes: jobId });
    expect((await stat(local())).mode & 0o777).toBe(0o640);

    const second = randomUUID();
    await run({ jobId: second });
    await writeFile(local(), '# mine now\n');
    expect(await run({ undoes: second })).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/studio\.crt no longer holds what that job wrote/) as string,
    });
    expect(await readFile(local(), 'utf8')).toBe('# mine now\n');
  });

  it('twice is once', async () => {
    await ship();
    await rebuild();
    await run();

    expect(await run()).toMatchObject({ state: 'alreadyCompliant', after: { holds: true } });
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    [
      'a link to elsewhere',
      async () => {
        await writeFile(at('elsewhere.crt'), toPem(lab.der));
        await symlink(at('elsewhere.crt'), local());
      },
      /studio\.crt brings this certificate and is a link/,
    ],
    [
      'a file of the system with others in it',
      async () => {
        const { pem } = await createTlsLab().authority('Third CA');
        await ship();
        await writeFile(at('usr/share/ca-certificates/mozilla/Demo.crt'), pem + toPem(lab.der));
      },
      /Demo\.crt brings this certificate together with 1 others/,
    ],
    [
      'nothing that can be found',
      async () => {
        await ship();
        await rebuild();
        await writeFile(conf(), 'mozilla/Other.crt\n');
      },
      /Nothing was found that brings this certificate/,
    ],
  ])('does not apply, and changes nothing: %s', async (...[, prepare, reason]) => {
    await prepare();
    if (!reason.source.startsWith('Nothing')) await rebuild();
    const before = await everything();

    expect(await run()).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(reason) as string,
    });
    expect(await everything()).toEqual(before);
  });

  it('is taken back where the tool fails', async () => {
    await ship();
    await put();
    await rebuild();
    const before = await everything();

    expect(await run({}, 'failsOnce')).toMatchObject({
      ...{ state: 'failed', undone: true },
      detail: expect.stringMatching(/exit code 1/) as string,
    });
    expect(await everything()).toEqual(before);
  });

  it('an agent that stops at any point ends, at its next start, with it removed or as before', async () => {
    await ship();
    await put();
    await rebuild();
    const before = await everything();
    const restored = join(lab.directory, 'kept');
    await writeFile(restored, await readFile(conf()));
    const reset = async (): Promise<void> => {
      await writeFile(conf(), await readFile(restored));
      await put();
      await rebuild();
    };
    const points = await pointsOf((fault) => lab.repair({ fault }), message());
    const ends = new Set<string>();
    // Those at which something of the host is changed, or has just been.
    const stops = [...points.entries()].filter(([, point]) => !/planned|event|accepted/.test(point));
    expect(stops.length).toBeGreaterThan(10);
    for (const [stop, point] of stops) {
      await reset();
      expect(await everything()).toEqual(before);
      const jobId = randomUUID();
      await runUntil(stop, (fault) => lab.repair({ fault }), message({ jobId }));

      await (await lab.repair()).recover();

      const { finals } = await journaled(lab.stateDir, jobId);
      const where = `stopped at ${stop} (${point})`;
      expect(finals, where).toHaveLength(1);
      ends.add(finals[0]!.state);
      if (finals[0]!.state === 'verified') expect(await trusted(), where).toBe(false);
      else {
        expect(finals[0], where).toMatchObject({ state: 'failed', undone: true });
        expect(await everything(), where).toEqual(before);
      }
    }
    expect(ends).toEqual(new Set(['verified', 'failed']));
    await rm(restored);
  }, 120_000);
});
