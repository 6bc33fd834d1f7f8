import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from '../index.ts';
import {
  anchor,
  bad,
  CAFILE,
  CAPATH,
  consumerOf,
  directory,
  factsOf,
  pem,
  python,
  store,
  type TestFacts,
} from '../testing/facts.ts';

const STUDIO = pem('/studio.pem', 'studio');
const bundles = [
  STUDIO,
  bad('/missing.pem', 'missing'),
  bad('/empty.pem', 'empty'),
  bad('/der.pem', 'der'),
  bad('/utf16.pem', 'utf16'),
  bad('/broken.pem', 'broken'),
  bad('/private.pem', 'unreadable'),
  directory('/hashes', 'hashed'),
  { ...directory('/names'), anchors: [] },
];

type Set = Readonly<Record<string, string>>;
function ssl(
  set: Set,
  { version = '3.11.7', ...given }: TestFacts & { readonly version?: string } = {},
): ResolvedSource {
  const facts = factsOf({ bundles, ...given });
  const environment = given.pythons?.[0] ?? python(version);
  return resolveSource(consumerOf('ssl', { python: environment, set }), facts);
}
const names = (...all: readonly string[]): string[] => all.map(anchor).toSorted();

describe('ssl on Linux', () => {
  /** python-tls.md §3: the variable replaces the default file, the directory stays in use, what is bad is silent. */
  it.each<readonly [string, Set, readonly string[]]>([
    ['nothing set', {}, ['system', 'directory']],
    ['a file', { SSL_CERT_FILE: '/studio.pem' }, ['studio', 'directory']],
    ['a directory', { SSL_CERT_DIR: '/hashes' }, ['system', 'hashed']],
    ['both', { SSL_CERT_FILE: '/studio.pem', SSL_CERT_DIR: '/hashes' }, ['studio', 'hashed']],
    ['two directories', { SSL_CERT_DIR: `/hashes:${CAPATH}` }, ['system', 'hashed', 'directory']],
    ['a directory of other names', { SSL_CERT_DIR: '/names' }, ['system']],
    ['a missing directory', { SSL_CERT_DIR: '/missing.pem' }, ['system']],
    ['an empty variable', { SSL_CERT_FILE: '' }, ['directory']],
    ['both empty', { SSL_CERT_FILE: '', SSL_CERT_DIR: '' }, []],
    ['a missing file', { SSL_CERT_FILE: '/missing.pem' }, ['directory']],
    ['an empty file', { SSL_CERT_FILE: '/empty.pem' }, ['directory']],
    ['DER', { SSL_CERT_FILE: '/der.pem' }, ['directory']],
    ['UTF-16', { SSL_CERT_FILE: '/utf16.pem' }, ['directory']],
    ['a broken block', { SSL_CERT_FILE: '/broken.pem' }, ['directory']],
    ['an unreadable file', { SSL_CERT_FILE: '/private.pem' }, ['directory']],
    ['a directory as a file', { SSL_CERT_FILE: '/hashes' }, ['directory']],
    [
      'variables of others',
      { REQUESTS_CA_BUNDLE: '/studio.pem', PYTHONHTTPSVERIFY: '0' },
      ['system', 'directory'],
    ],
  ])('%s', (_, set, expected) => {
    const { source, anchors } = ssl(set);
    expect(source.state).toBe('anchors');
    expect(anchors).toEqual(names(...expected));
    expect(source.anchors).toBe(expected.length);
  });

  it('says why a variable gave nothing', () => {
    const { source, decidedBy } = ssl({ SSL_CERT_FILE: '/utf16.pem', SSL_CERT_DIR: '' });
    expect(source.steps.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
      ['SSL_CERT_FILE', 'failed', 'fileUtf16'],
      ['SSL_CERT_DIR', 'failed', 'emptyLoadsNothing'],
    ]);
    expect(decidedBy).toEqual({ kind: 'none', ids: [], variable: 'SSL_CERT_FILE' });
  });

  it('never guesses what it was not told', () => {
    expect(ssl({ SSL_CERT_FILE: '/elsewhere.pem' }).source).toMatchObject({
      state: 'unknown',
      anchors: null,
    });
    const silent = ssl(
      {},
      { pythons: [python('3.11.7', { verifyPaths: null, ssl: null, facts: 'static' })] },
    );
    expect(silent.source).toMatchObject({ state: 'unknown', anchors: null, digest: null });
    expect(silent.source.error).toContain('facts');
  });

  it('says nothing certain of more directories than it looks at', () => {
    const named = (count: number): string => Array.from({ length: count }, () => '/hashes').join(':');
    expect(ssl({ SSL_CERT_DIR: named(4) }).source.state).toBe('anchors');
    expect(ssl({ SSL_CERT_DIR: named(5) }).source.state).toBe('unknown');
  });

  it('takes nobody’s not looking for no answer of the system', () => {
    const detail = '/mnt/ca.pem lies on a share that does not answer (nfs4, server:/studio)';
    const unseen = { ...bad('/mnt/ca.pem', 'unreadable'), detail };
    expect(ssl({ SSL_CERT_FILE: '/mnt/ca.pem' }, { bundles: [unseen] }).source).toMatchObject({
      state: 'unknown',
      error: detail,
    });
    const refused = { ...unseen, detail: '/mnt/ca.pem may not be read by its user' };
    expect(ssl({ SSL_CERT_FILE: '/mnt/ca.pem' }, { bundles: [refused] }).source.state).toBe('anchors');
  });

  it('finds a default that is a link by the Python that leads to it', () => {
    const environment = python('3.11.7', {
      verifyPaths: {
        cafile: null,
        capath: null,
        opensslCafile: '/opt/ssl/cert.pem',
        opensslCapath: '/opt/ssl/certs',
      },
    });
    const linked = pem('/etc/bundle.crt', 'linked');
    const led = { ...linked, provenance: [{ kind: 'pythonDefault' as const, python: environment.path }] };
    expect(ssl({}, { pythons: [environment], bundles: [led] }).anchors).toEqual(names('linked'));
  });

  it('takes the word of the Python that a venv was made from', () => {
    const base = python('3.11.7', { realPath: '/opt/real/python3.11' });
    const venv = {
      path: '/venv/bin/python',
      ssl: null,
      openssl: null,
      verifyPaths: null,
      facts: 'static',
    } as const;
    const made = python('3.11.7', { ...venv, realPath: '/opt/real/python3.11' });
    const found = ssl({}, { pythons: [made, base] });
    expect(found.anchors).toEqual(names('system', 'directory'));
    expect(found.consumer.python).toBe(made);
    const other = python('3.11.7', { ...venv, realPath: '/opt/other/python3.11' });
    expect(ssl({}, { pythons: [other, base] }).source.state).toBe('unknown');
  });

  it('takes the interpreter’s word for compiled-in paths that are not there (build-farm paths)', () => {
    const environment = python('3.10.2', {
      product: 'Blender 3.3',
      verifyPaths: {
        cafile: null,
        capath: null,
        opensslCafile: '/home/build/cert.pem',
        opensslCapath: '/home/build/certs',
      },
    });
    const { source } = ssl({}, { pythons: [environment] });
    expect(source).toMatchObject({ state: 'anchors', anchors: 0 });
    expect(source.steps.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['failed', 'fileMissing'],
      ['failed', 'fileMissing'],
    ]);
  });

  it('names the store whose bundle it reads', () => {
    const stores = [store('debian', pem(CAFILE, 'system'))];
    expect(ssl({}, { stores }).decidedBy).toMatchObject({ kind: 'store', ids: ['debian'] });
    expect(ssl({ SSL_CERT_FILE: '/studio.pem' }, { stores }).decidedBy).toEqual({
      kind: 'bundle',
      ids: ['/studio.pem', CAPATH],
      variable: 'SSL_CERT_FILE',
    });
  });

  it('LibreSSL takes no variable', () => {
    const mac = python('3.9.6', { ssl: { ...ask('3.9.6'), libressl: true, versionInfo: [2, 8, 3, 0, 0] } });
    const { source, anchors } = ssl({ SSL_CERT_FILE: '/studio.pem' }, { platform: 'macos', pythons: [mac] });
    expect(anchors).toEqual(names('system', 'directory'));
    expect(source.steps[0]).toMatchObject({
      name: 'SSL_CERT_FILE',
      outcome: 'ignored',
      reason: 'ignoredByBuild',
    });
  });
});

function ask(version: string): NonNullable<ReturnType<typeof python>['ssl']> {
  const { ssl: told } = python(version);
  if (told === null || told === undefined) throw new Error('it was asked');
  return told;
}

describe('ssl on Windows', () => {
  const SERVERS = '1.3.6.1.5.5.7.3.1';
  const entry = { trust: 'servers', origin: 'vendor', name: null, location: null } as const;
  const root = store('windows.localMachine.root', pem('LocalMachine\\Root', 'root'), {
    entries: [
      { ...entry, anchor: anchor('root'), purposes: null },
      { ...entry, anchor: anchor('rejected'), purposes: [SERVERS], trust: 'distrusted' },
      { ...entry, anchor: anchor('mail'), purposes: ['1.3.6.1.5.5.7.3.4'], trust: 'otherPurposes' },
    ],
  });
  const ca = store('windows.localMachine.ca', pem('LocalMachine\\CA', 'between'), { operatingSystem: false });
  const ofAlice = store('windows.currentUser.root', pem('CurrentUser\\Root', 'alice'), {
    operatingSystem: false,
    user: 'alice',
  });
  const stores = [root, ca, ofAlice];
  const environment = python('3.11.7', {
    verifyPaths: {
      cafile: null,
      capath: null,
      opensslCafile: 'C:\\ssl\\cert.pem',
      opensslCapath: 'C:\\ssl\\certs',
    },
  });
  const given: TestFacts = { platform: 'windows', pythons: [environment], stores };

  it('loads ROOT and CA, also what Disallowed rejects, and nothing for mail alone', () => {
    const { anchors, decidedBy } = ssl({}, given);
    expect(anchors).toEqual(names('root', 'rejected', 'between'));
    expect(decidedBy).toMatchObject({
      kind: 'store',
      ids: ['windows.localMachine.root', 'windows.localMachine.ca'],
    });
  });

  it('SSL_CERT_FILE adds', () => {
    const { source, anchors } = ssl({ SSL_CERT_FILE: '/studio.pem' }, given);
    expect(anchors).toEqual(names('root', 'rejected', 'between', 'studio'));
    expect(source.steps).toContainEqual(
      expect.objectContaining({ name: 'SSL_CERT_FILE', outcome: 'added', reason: 'addsToOsStore' }),
    );
  });

  it('an account’s own store counts for its programs', () => {
    const consumer = consumerOf('ssl', { python: environment });
    const context = { ...consumer.context, accounts: ['alice'] };
    expect(resolveSource({ ...consumer, context }, factsOf(given)).anchors).toContain(anchor('alice'));
  });

  it('knows nothing without the stores', () => {
    expect(ssl({}, { ...given, stores: [] }).source.state).toBe('unknown');
  });
});

describe('verification switched off, no ssl', () => {
  it.each([
    ['2.7.8', {}, 'verificationOff'],
    ['2.7.11', { PYTHONHTTPSVERIFY: '0' }, 'anchors'],
    ['2.7.18', { PYTHONHTTPSVERIFY: '0' }, 'verificationOff'],
    ['2.7.18', { PYTHONHTTPSVERIFY: '1' }, 'anchors'],
    ['3.6.15', { PYTHONHTTPSVERIFY: '0' }, 'anchors'],
  ] as const)('%s with %j: %s', (version, set, state) => {
    expect(ssl(set, { version }).source.state).toBe(state);
  });

  it('a hook that switched it off is seen', () => {
    const off = python('3.11.7', { ssl: { ...ask('3.11.7'), httpsVerifies: false } });
    expect(ssl({}, { pythons: [off] }).source.state).toBe('verificationOff');
    // No Python 3 reads the variable: it neither switches off nor hides the hook.
    expect(ssl({ PYTHONHTTPSVERIFY: '0' }, { pythons: [off] }).source.state).toBe('verificationOff');
  });

  it.each(['ssl', 'requests', 'pip', 'shotgun_api3.crud', 'toolkit.urlopen'] as const)(
    '%s without ssl',
    (client) => {
      const without = python('3.7.16', {
        ssl: { ...ask('3.7.16'), importError: "ImportError: No module named '_ssl'", versionInfo: null },
      });
      const consumer = consumerOf(client, { python: without, api: null });
      const { source } = resolveSource(consumer, factsOf());
      expect(source.state).toBe(client === 'shotgun_api3.crud' ? 'unknown' : 'noSsl');
    },
  );
});

describe('the profile of OpenSSL', () => {
  it('is strict on 3.13 by the default context alone', () => {
    expect(ssl({}, { version: '3.13.0' }).openssl).toEqual({
      version: [3, 0, 0],
      libressl: false,
      partialChain: true,
      strict: true,
      securityLevel: 2,
    });
    expect(ssl({}, { version: '3.12.1' }).openssl).toMatchObject({ strict: false, partialChain: false });
  });

  it.each([
    ['Debian', '/usr/lib/ssl/cert.pem', [3, 0, 19], 2],
    ['Red Hat', '/etc/pki/tls/cert.pem', [1, 1, 1], 2],
    ['of another maker', '/opt/maya/ssl/cert.pem', [1, 1, 1], 1],
    ['of another maker, 3.2', '/opt/maya/ssl/cert.pem', [3, 2, 0], 2],
    ['Debian before 1.1.1', '/usr/lib/ssl/cert.pem', [1, 0, 2], 1],
  ])(
    'of OpenSSL %s, where the Python does not say its level',
    (_, opensslCafile, ...[versionInfo, level]) => {
      const paths = { cafile: CAFILE, capath: CAPATH, opensslCafile, opensslCapath: CAPATH };
      const silent = { ...ask('3.9.18'), securityLevel: null, versionInfo: [...versionInfo] };
      const environment = python('3.9.18', { ssl: silent, verifyPaths: paths });
      expect(ssl({}, { pythons: [environment] }).openssl.securityLevel).toBe(level);
    },
  );

  it('of a Python that was not run is that of its version', () => {
    const silent = { ssl: null, openssl: null, verifyPaths: null, facts: 'static' as const };
    expect(ssl({}, { pythons: [python('3.13.0', silent)] }).openssl).toMatchObject({
      strict: true,
      securityLevel: 2,
    });
    expect(ssl({}, { pythons: [python('3.9.1', silent)] }).openssl).toMatchObject({
      strict: false,
      securityLevel: 1,
    });
  });
});
