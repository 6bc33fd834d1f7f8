import { createHost } from '@trustfleet/host';
import { ANCHOR_WAYS, anchorFileName, type FileWay } from '@trustfleet/remedies';
import { createTrustStores } from '@trustfleet/trust-stores';
import { describe, expect, it } from 'vitest';

const SHA256 = '8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e';
const ids = ['debian', 'rhel', 'suse', 'arch', 'alpine'];

/** What a machine of this family would do, without touching one. */
async function planOn(id: string) {
  const ports = {
    ...createHost(),
    platform: 'linux' as const,
    uid: 0,
    users: () => Promise.resolve({ users: [], detail: null }),
    readFile: (path: string) => {
      const bytes = Buffer.from(`ID=${id}\n`);
      return Promise.resolve(
        path === '/etc/os-release'
          ? ({ state: 'read', bytes, size: bytes.length, realPath: path } as const)
          : ({ state: 'missing', detail: `${path} does not exist`, size: null, realPath: null } as const),
      );
    },
    listDirectory: (path: string) =>
      Promise.resolve({ state: 'missing', detail: `${path} does not exist` } as const),
  };
  const store = (await createTrustStores(ports).list()).find((handle) => handle.id === id);
  return store?.plan(SHA256);
}

describe('what remedies foresee of a store that is made of files, and what its driver does', () => {
  it('names every family of files', () => {
    const known = [...ANCHOR_WAYS].filter(([, way]) => way.kind === 'file').map(([driver]) => driver);
    expect(known.toSorted()).toEqual(ids.toSorted());
  });

  it.each(ids)('are one file and one tool on %s', async (id) => {
    const way = ANCHOR_WAYS.get(id) as FileWay;
    expect(await planOn(id)).toMatchObject({
      path: `${way.anchorDirectory}/${anchorFileName(SHA256, way)}`,
      commands: [way.tool],
    });
  });
});
