import { randomUUID } from 'node:crypto';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { JobEvent } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANCHORS, createBlocklistStore, type BlocklistStore } from '../testing/blocklist-store.ts';
import { createLab, remediesOn, type Lab } from '../testing/lab.ts';

const [listed, other] = WELL_KNOWN_ROOTS;
if (listed === undefined || other === undefined) throw new Error('two roots are needed');

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

async function run(
  store: BlocklistStore,
  asked: { remedy?: string; undoes?: string; jobId?: string } = {},
): Promise<JobEvent> {
  const { remedy = 'trustStore.removeAnchor', ...job } = asked;
  const repair = await lab.repair({ remedies: remediesOn(store.access()) });
  const made = lab.order({
    ...{ remedy, mode: job.undoes === undefined ? 'apply' : 'undo', parameters: { anchor: listed!.sha256 } },
    artifacts: [listed!.sha256],
  });
  const message = lab.message({ order: made, job });
  const artifacts = { [listed!.sha256]: Buffer.from(pemToDer(listed!.pem)).toString('base64') };
  await repair.accept({ ...message, artifacts });
  await repair.idle();
  return lab.events.at(-1)!;
}
const name = `trustfleet-${listed.sha256.slice(0, 16)}.pem`;

describe('trustStore.removeAnchor on a store with a blocklist', () => {
  it.each(['blocklist', 'blacklist'] as const)(
    'what the system ships is rejected, by its directory %s',
    async (directory) => {
      const store = createBlocklistStore([listed.pem, other.pem], directory);
      const before = new Map(store.files);
      const jobId = randomUUID();

      const end = await run(store, { jobId });

      expect(end).toMatchObject({
        state: 'verified',
        plan: {
          changes: [
            { kind: 'addFile', path: `${store.blocklist}/${name}` },
            { kind: 'runTool', argv: ['/usr/bin/update-ca-trust', 'extract'] },
            { kind: 'distrustAnchor', store: 'rhel', anchor: listed.sha256 },
          ],
        },
        after: { holds: true, anchors: 1 },
      });
      expect(await run(store, { undoes: jobId })).toMatchObject({ state: 'verified', after: { anchors: 2 } });
      expect(store.files).toEqual(before);
    },
  );

  it('a file of the owner goes as well, where the system ships the same', async () => {
    const store = createBlocklistStore([listed.pem, other.pem]);
    store.files.set(`${ANCHORS}/mine.pem`, Buffer.from(listed.pem));
    const before = new Map(store.files);
    const jobId = randomUUID();

    const end = await run(store, { jobId });

    expect(end.state).toBe('verified');
    expect(end.plan?.changes.map(({ kind }) => kind)).toEqual([
      'removeFile',
      'addFile',
      'runTool',
      'distrustAnchor',
    ]);
    await run(store, { undoes: jobId });
    expect(store.files).toEqual(before);
  });

  it('what is rejected is not added: the rejection has to go first, and says where it is', async () => {
    const store = createBlocklistStore([listed.pem, other.pem]);
    await run(store);

    expect(await run(store, { remedy: 'trustStore.addAnchor' })).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringContaining(`${store.blocklist}/${name}`) as string,
    });
  });

  it('says what to make where the directory is missing', async () => {
    const store = createBlocklistStore([listed.pem, other.pem]);
    const without = {
      ...store,
      access: () => ({ ...store.access(), isDirectory: () => Promise.resolve(false) }),
    };

    expect(await run(without)).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(
        /source\/blocklist, where certificates are rejected, is missing: make it/,
      ) as string,
    });
  });
});
