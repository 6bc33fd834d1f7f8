import { createHash } from 'node:crypto';
import { makeZip, type ZipMember } from '@trustfleet/certificates/testing';
import { describe, expect, it } from 'vitest';
import { readArchive } from './archive.ts';

const INFO = 'certifi-2024.7.4.dist-info';
const METADATA =
  'Metadata-Version: 2.1\nName: certifi\nVersion: 2024.7.4\nRequires-Python: >=3.6\n\nVersion: 1\n';

function wheel(members: readonly ZipMember[], unrecorded: readonly ZipMember[] = []): Buffer {
  const all = [...members, { name: `${INFO}/METADATA`, content: METADATA }];
  const record = all.map(
    ({ name, content }) =>
      `${name},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`,
  );
  return makeZip([
    ...all,
    ...unrecorded,
    { name: `${INFO}/RECORD`, content: `${record.join('\n')}\n${INFO}/RECORD,,\n` },
  ]);
}
const INIT = { name: 'certifi/__init__.py', content: '__version__ = "2024.07.04"\n' };

describe('a wheel', () => {
  it('says its version, what it requires, and its bundles', async () => {
    const archive = await readArchive(
      wheel([INIT, { name: 'certifi/cacert.pem', content: 'no roots\n' }]),
      'certifi',
    );
    expect(archive).toMatchObject({ distInfo: INFO, version: '2024.7.4' });
    expect(archive.facts).toMatchObject({
      requiresPython: '>=3.6',
      bundles: [{ path: 'cacert.pem', state: 'noCertificates', anchors: [] }],
    });
  });

  it.each<[string, Buffer, RegExp]>([
    [
      'with a file that RECORD does not state',
      wheel([INIT], [{ name: 'certifi/evil.py', content: 'x' }]),
      /does not state certifi\/evil\.py/,
    ],
    [
      'with files for elsewhere',
      wheel([INIT, { name: 'certifi-2024.7.4.data/scripts/x', content: 'x' }]),
      /outside of site-packages/,
    ],
    ['with a drive in a name', wheel([INIT, { name: 'C:evil.py', content: 'x' }]), /leads out|no sound zip/],
    ['that is none', makeZip([{ name: 'a.txt', content: 'x' }]), /no package certifi/],
    ['that is no zip', Buffer.from('<html>'), /not unpacked/],
    ['that bursts', makeZip([{ name: 'certifi/__init__.py', content: Buffer.alloc(4_000_000) }]), /100 to 1/],
  ])('%s is refused', async (_what, bytes, reason) => {
    await expect(readArchive(bytes, 'certifi')).rejects.toThrow(reason);
  });
});

it('a source archive gives its package alone, and the version that the code states', async () => {
  const bytes = makeZip([
    { name: 'python-api-3.9.0/setup.py', content: 'version = "3.8.0"' },
    { name: 'python-api-3.9.0/shotgun_api3/__init__.py', content: '' },
    { name: 'python-api-3.9.0/shotgun_api3/shotgun.py', content: '__version__ = "3.9.0"\n' },
  ]);
  const archive = await readArchive(bytes, 'shotgun_api3');
  expect(archive).toMatchObject({ distInfo: null, version: '3.9.0' });
  expect([...archive.files.keys()].sort()).toEqual(['shotgun_api3/__init__.py', 'shotgun_api3/shotgun.py']);
});
