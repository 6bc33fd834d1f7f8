import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptedEntry, inRoot, linesOf } from './testing/recorded-journal.ts';
import { updateCaCertificates } from './testing/debian-store.ts';
import { createLab, type Lab } from './testing/lab.ts';

let lab: Lab;
let before: Buffer;
beforeEach(async () => {
  lab = await createLab();
  before = await readFile(lab.tree.bundle);
});
afterEach(() => lab.remove());

/** Leaves the journal that release 0.1 wrote on this host, up to the line whose number is given, with the file that it tells of. */
async function leave(lines: number): Promise<{ jobId: string; file: string }> {
  const recorded = (await linesOf('add-anchor-0.1'))
    .slice(0, lines)
    .map((line) => inRoot(line, lab.tree.root));
  const { jobId, file, pem } = acceptedEntry(recorded, lab.tree.anchors);
  const directory = join(lab.stateDir, 'journal', jobId);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, 'journal.jsonl'), recorded.map((line) => `${line}\n`).join(''));
  await writeFile(file, pem);
  return { jobId, file };
}

describe('a journal of release 0.1', () => {
  it('a finished job is taken back: the store is byte for byte as before', async () => {
    const { jobId, file } = await leave(Infinity);
    await updateCaCertificates(lab.tree, 'add');
    expect(await readFile(lab.tree.bundle)).not.toEqual(before);
    const repair = await lab.repair();
    await repair.recover();
    const seen: JobEvent[] = lab.events;

    await repair.undoAsOwner({ requestId: randomUUID(), undoes: jobId });
    await repair.idle();

    // The owner's own undo is told as word of what became of that job.
    expect(seen.at(-1)).toMatchObject({ jobId, state: 'verified', step: 'undoneByOwner', undone: true });
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
    expect(file).toContain('trustfleet-');
    expect(await readFile(lab.tree.bundle)).toEqual(before);
  });

  it.each([
    ['before the tool ran', 5],
    ['while the tool ran', 8],
  ])('a job that 0.1 was stopped in, %s, is taken back', async (_name, lines) => {
    const { jobId } = await leave(lines);

    await (await lab.repair()).recover();

    expect(lab.events.at(-1)).toMatchObject({ jobId, state: 'failed', undone: true });
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
    expect(await readFile(lab.tree.bundle)).toEqual(before);
  });
});
