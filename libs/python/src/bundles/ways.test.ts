import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { pemToDer, subjectHash, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { bundlesSection, type CaVariable } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectBundles, type CollectedVariable, type FoundBundles } from '../index.ts';
import { IS_ROOT, makeTestHost, realPorts, type TestHost } from '../testing/host.ts';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
});
afterEach(() => {
  host.remove();
});

const ALICE = { uid: 54321, gid: 54321 };
const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const hashOf = (pem: string): string => subjectHash(pemToDer(pem));

function variable(
  name: CaVariable['name'],
  value: string,
  readAs: CollectedVariable['readAs'] = null,
): CollectedVariable {
  return {
    readAs,
    variable: { name, value, scope: 'machine', owner: null, source: '/etc/environment' },
  };
}
async function collect(found: Partial<FoundBundles>) {
  const result = await collectBundles(realPorts(), { variables: [], certifi: [], ...found });
  expect(bundlesSection.parse(result.section)).toEqual(result.section);
  return result;
}

describe('a directory of hashed names', () => {
  it('holds what OpenSSL finds in it, and nothing else', async () => {
    host.put('certs/good.pem', first.pem);
    symlinkSync('good.pem', host.at(`certs/${hashOf(first.pem)}.0`));
    // Behind a gap, under another's hash, and under no hash at all: never found.
    host.put(`certs/${hashOf(second.pem)}.1`, second.pem);
    host.put('certs/00000000.0', third.pem);
    host.put('certs/ca-certificates.crt', third.pem);
    execFileSync('/usr/bin/mkfifo', [host.at('certs/11111111.0')]);
    symlinkSync('/dev/zero', host.at('certs/22222222.0'));

    const { section, certificates } = await collect({
      variables: [variable('SSL_CERT_DIR', `${host.at('missing')}:${host.at('certs')}`)],
      defaults: [{ path: host.at('certs'), form: 'directory', python: '/usr/bin/python3', readAs: null }],
    });

    expect(section.bundles).toMatchObject([
      {
        path: host.at('certs'),
        form: 'directory',
        state: 'read',
        anchors: [first.sha256],
        opensslAccepts: true,
        provenance: [{ kind: 'pythonDefault' }, { kind: 'variable', name: 'SSL_CERT_DIR' }],
      },
      { path: host.at('missing'), form: 'directory', state: 'missing', anchors: [] },
    ]);
    expect([...certificates.keys()]).toEqual([first.sha256]);
    const verified = execFileSync(
      '/usr/bin/openssl',
      ['verify', '-no-CAfile', '-no-CAstore', '-CApath', host.at('certs'), host.at('certs/good.pem')],
      { encoding: 'utf8' },
    );
    expect(verified).toContain('OK');
  });

  it('of plain files is told to be useless, and how to mend it', async () => {
    host.put('certs/studio.pem', first.pem);

    const { section } = await collect({ variables: [variable('SSL_CERT_DIR', host.at('certs'))] });

    expect(section.bundles).toMatchObject([
      {
        state: 'noCertificates',
        opensslAccepts: false,
        detail: expect.stringContaining('openssl rehash') as string,
      },
    ]);
  });

  it('is what requests takes for its variables, and no other client for its own', async () => {
    host.put(`certs/${hashOf(first.pem)}.0`, first.pem);
    const path = host.at('certs');

    const requests = await collect({ variables: [variable('REQUESTS_CA_BUNDLE', path)] });
    const pip = await collect({ variables: [variable('PIP_CERT', path)] });
    const ssl = await collect({ variables: [variable('SSL_CERT_FILE', path)] });

    expect(requests.section.bundles).toMatchObject([{ form: 'directory', anchors: [first.sha256] }]);
    expect(pip.section.bundles).toMatchObject([{ form: 'directory', anchors: [first.sha256] }]);
    expect(ssl.section.bundles).toMatchObject([{ state: 'notRegularFile', anchors: [] }]);
  });

  it.skipIf(!IS_ROOT)('that a person names is read with that person’s rights (needs root)', async () => {
    mkdirSync(host.at('secret'), { mode: 0o700 });
    host.put(`secret/${hashOf(first.pem)}.0`, first.pem);
    mkdirSync(host.at('certs'));
    symlinkSync(host.at(`secret/${hashOf(first.pem)}.0`), host.at(`certs/${hashOf(first.pem)}.0`));

    const { section, certificates } = await collect({
      variables: [
        variable('SSL_CERT_DIR', host.at('secret'), ALICE),
        variable('SSL_CERT_DIR', host.at('certs'), ALICE),
      ],
    });

    expect(section.bundles.map(({ state }) => state)).toEqual(['noCertificates', 'unreadable']);
    expect(certificates.size).toBe(0);
  });
});

describe('one object', () => {
  it('that several ways lead to is one bundle with several provenances, whatever its names', async () => {
    const real = host.put('etc/ca.pem', first.pem + second.pem);
    for (const name of ['a.pem', 'z.pem']) symlinkSync(real, host.at(name));
    const python = '/opt/x/bin/python';

    const { section, watch } = await collect({
      variables: [variable('SSL_CERT_FILE', host.at('z.pem'))],
      certifi: [{ path: real, python, version: '2024.7.4', readAs: null }],
      packageBundles: [{ path: host.at('a.pem'), name: 'httplib2', python, version: '0.22.0', readAs: null }],
      defaults: [{ path: real, form: 'file', python, readAs: null }],
      shotgunApi: [{ path: real, api: '/opt/sg/shotgun_api3/shotgun.py', version: '3.9.0', readAs: null }],
    });

    expect(section.bundles).toHaveLength(1);
    expect(section.bundles[0]).toMatchObject({
      path: host.at('a.pem'),
      realPath: real,
      otherPaths: [real, host.at('z.pem')].toSorted(),
    });
    expect(section.bundles[0]?.provenance.map(({ kind }) => kind)).toEqual([
      'certifi',
      'package',
      'pythonDefault',
      'shotgunApi',
      'variable',
    ]);
    expect(watch).toEqual([host.at('a.pem'), real, host.at('z.pem')].toSorted());
  });

  it('is another one where only its content is the same', async () => {
    const paths = ['one.pem', 'two.pem'].map((name) => host.put(name, first.pem));

    const { section } = await collect({ variables: paths.map((path) => variable('PIP_CERT', path)) });

    expect(section.bundles.map(({ path, realPath, anchors }) => [path, realPath, anchors])).toEqual(
      paths.map((path) => [path, path, [first.sha256]]),
    );
  });
});

describe('a file on a share', () => {
  it('says where its server has it, and one that was left alone says nothing', async () => {
    host.put('mnt/tools/ca.pem', first.pem);
    host.put('mnt/other/ca.pem', second.pem);
    host.put('etc/ca.pem', third.pem);
    const mount = host.at('mnt');
    const ports = {
      ...realPorts(),
      networkShare: (path: string) =>
        Promise.resolve(
          path.startsWith(`${mount}/`)
            ? { type: 'nfs4', export: 'nas:/vol', mount, path: path.slice(mount.length) }
            : null,
        ),
    };
    const variables = ['mnt/tools/ca.pem', 'mnt/other/ca.pem', 'etc/ca.pem'].map((path) =>
      variable('SSL_CERT_FILE', host.at(path)),
    );
    const found = { variables, certifi: [], readNetwork: [host.at('mnt/tools')] };

    const { section } = await collectBundles(ports, found);
    expect(bundlesSection.parse(section)).toEqual(section);
    const shared = new Map(section.bundles.map((bundle) => [bundle.path, [bundle.state, bundle.shared]]));
    expect(shared).toEqual(
      new Map([
        [host.at('etc/ca.pem'), ['read', undefined]],
        [host.at('mnt/other/ca.pem'), ['unreadable', undefined]],
        [
          host.at('mnt/tools/ca.pem'),
          ['read', { type: 'nfs4', export: 'nas:/vol', mount, path: '/tools/ca.pem' }],
        ],
      ]),
    );
  });
});
