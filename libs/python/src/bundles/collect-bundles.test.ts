import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { toPem, WELL_KNOWN_ROOTS, pemToDer } from '@trustfleet/certificates';
import { bundlesSection, type CaVariable } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectBundles, type CollectedVariable } from '../index.ts';
import { IS_ROOT, makeTestHost, realPorts } from '../testing/host.ts';

const host = makeTestHost();
const [first, second] = WELL_KNOWN_ROOTS;
const ALICE = { uid: 54321, gid: 54321 };

function variable(
  value: string,
  more: Partial<CaVariable> & { readAs?: CollectedVariable['readAs'] } = {},
): CollectedVariable {
  const { readAs = null, ...rest } = more;
  return {
    readAs,
    variable: {
      name: 'SSL_CERT_FILE',
      scope: 'machine',
      owner: null,
      source: '/etc/environment',
      value,
      ...rest,
    },
  };
}
const collect = (variables: readonly CollectedVariable[]) =>
  collectBundles(realPorts(), { variables, certifi: [] });

beforeAll(() => {
  if (first === undefined || second === undefined) throw new Error('no roots');
  host.put('good.pem', first.pem + second.pem);
  host.put('truncated.pem', first.pem + second.pem.slice(0, 400));
  host.put('empty.pem', '');
  host.put('der.crt', pemToDer(first.pem));
  host.put('utf16.pem', Buffer.from(`\ufeff${first.pem}`, 'utf16le'));
  host.put('text.pem', 'no certificates here');
  host.put('large.pem', Buffer.alloc(17 * 1024 * 1024, 'x'));
  host.put('ten-megabytes.pem', Buffer.alloc(10 * 1024 * 1024, 'x\n'));
  host.put('secret.pem', first.pem, 0o600);
  mkdirSync(host.at('directory'));
  execFileSync('/usr/bin/mkfifo', [host.at('fifo')]);
  symlinkSync('secret.pem', host.at('link-to-secret'));
  symlinkSync('/dev/zero', host.at('link-to-zero'));
});
afterAll(() => {
  host.remove();
});

describe('collectBundles', () => {
  it.each([
    { name: 'good.pem', state: 'read', opensslAccepts: true, anchors: 2 },
    { name: 'truncated.pem', state: 'read', opensslAccepts: false, anchors: 1 },
    { name: 'empty.pem', state: 'empty', opensslAccepts: false, anchors: 0 },
    { name: 'der.crt', state: 'der', opensslAccepts: false, anchors: 0 },
    { name: 'utf16.pem', state: 'utf16', opensslAccepts: false, anchors: 0 },
    { name: 'text.pem', state: 'noCertificates', opensslAccepts: false, anchors: 0 },
    { name: 'ten-megabytes.pem', state: 'noCertificates', opensslAccepts: false, anchors: 0 },
    { name: 'large.pem', state: 'tooLarge', opensslAccepts: false, anchors: 0 },
    { name: 'directory', state: 'notRegularFile', opensslAccepts: false, anchors: 0 },
    { name: 'fifo', state: 'notRegularFile', opensslAccepts: false, anchors: 0 },
    { name: 'link-to-zero', state: 'notRegularFile', opensslAccepts: false, anchors: 0 },
    { name: 'missing.pem', state: 'missing', opensslAccepts: false, anchors: 0 },
  ])('$name → $state', async ({ name, state, opensslAccepts, anchors }) => {
    const { section } = await collect([variable(host.at(name))]);
    expect(bundlesSection.parse(section)).toEqual(section);
    expect(section.bundles).toMatchObject([
      { path: host.at(name), state, opensslAccepts, anchors: { length: anchors } },
    ]);
  });

  it('makes one entry of a path that several name, and gives the certificates', async () => {
    const path = host.at('good.pem');
    const found = [
      variable(path, { scope: 'user', owner: 'zoe' }),
      variable(path, { name: 'PIP_CERT' }),
      variable(path, { scope: 'user', owner: 'alice' }),
    ];
    const certifi = [{ path, python: '/opt/x/bin/python', version: '2024.2.2', readAs: null }];
    const { section, certificates } = await collectBundles(realPorts(), { variables: found, certifi });
    expect(section.bundles).toHaveLength(1);
    const [bundle] = section.bundles;
    expect(
      bundle?.provenance.map((one) => (one.kind === 'certifi' ? one.python : (one.owner ?? one.name))),
    ).toEqual(['/opt/x/bin/python', 'PIP_CERT', 'alice', 'zoe']);
    expect([...certificates.keys()].toSorted()).toEqual(bundle?.anchors);
    expect([...certificates.values()].map((der) => toPem(der))).toEqual([first?.pem, second?.pem]);
    const again = await collectBundles(realPorts(), { variables: found.toReversed(), certifi });
    expect(JSON.stringify(again.section)).toBe(JSON.stringify(section));
  });

  it('takes no empty value, and says what is wrong with a relative path', async () => {
    const { section } = await collect([
      variable('', { name: 'SSL_CERT_DIR' }),
      variable(''),
      variable('ca.pem'),
      variable('$STUDIO/ca.pem'),
    ]);
    expect(section.bundles.map((bundle) => [bundle.path, bundle.state])).toEqual([
      ['$STUDIO/ca.pem', 'unreadable'],
      ['ca.pem', 'unreadable'],
    ]);
  });

  it.skipIf(!IS_ROOT)('opens a user’s path with that user’s rights (needs root)', async () => {
    for (const name of ['secret.pem', 'link-to-secret']) {
      const { section, certificates } = await collect([
        variable(host.at(name), { scope: 'user', owner: 'alice', readAs: ALICE }),
      ]);
      expect(section.bundles).toMatchObject([{ state: 'unreadable', sha256: null, anchors: [] }]);
      expect(certificates.size).toBe(0);
    }
    const readable = await collect([
      variable(host.at('good.pem'), { scope: 'user', owner: 'alice', readAs: ALICE }),
    ]);
    expect(readable.section.bundles).toMatchObject([{ state: 'read', realPath: host.at('good.pem') }]);
    const fifo = await collect([variable(host.at('fifo'), { scope: 'user', owner: 'alice', readAs: ALICE })]);
    expect(fifo.section.bundles).toMatchObject([{ state: 'notRegularFile' }]);
    chownSync(host.at('secret.pem'), ALICE.uid, ALICE.gid);
    const own = await collect([
      variable(host.at('link-to-secret'), { scope: 'user', owner: 'alice', readAs: ALICE }),
    ]);
    expect(own.section.bundles).toMatchObject([{ state: 'read', realPath: host.at('secret.pem') }]);
  });
});
