import { describeCertificate, pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createTlsLab } from '@trustfleet/testkit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { workOf } from './allow-list-needs.ts';
import { compareReleases, isWithin } from './allow-list-rules.ts';
import { isKeeper, notPermittedReason, readAllowList, type AllowList } from './allow-list.ts';

const PATH = '/etc/trustfleet/allow-list.json';

const listOf = (content: unknown): Promise<AllowList> =>
  readAllowList(
    {
      trustedUids: [0],
      read: () => Promise.resolve({ kind: 'file', bytes: Buffer.from(JSON.stringify(content)), chain: [] }),
    },
    PATH,
  );

interface Asked {
  readonly remedy: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly artifacts?: readonly Uint8Array[];
  readonly mode?: 'apply' | 'undo';
}

function ask(list: AllowList, { remedy, parameters, artifacts = [], mode = 'apply' }: Asked): string | null {
  const bytes = artifacts.map((one) => [sha256Hex(one), Buffer.from(one).toString('base64')] as const);
  return notPermittedReason(
    list,
    workOf({ remedy, mode, parameters: { ...parameters } }, Object.fromEntries(bytes)),
  );
}

interface Root {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly sha256: string;
  readonly spkiSha256: string;
}
const rootOf = (pem: string): Root => {
  const der = pemToDer(pem);
  const { sha256, spkiSha256 } = describeCertificate(der);
  return { der, pem, sha256, spkiSha256 };
};
const [amazon, other] = WELL_KNOWN_ROOTS.map(({ pem }) => rootOf(pem)) as [Root, Root];
let studio: Root;
beforeAll(async () => {
  studio = rootOf((await createTlsLab().authority('Demo studio CA')).pem);
});

const adding = ({ sha256, der }: Root, more: object = {}): Asked => ({
  remedy: 'trustStore.addAnchor',
  parameters: { anchor: sha256, ...more },
  artifacts: [der],
});
const bundleOf = (...roots: readonly Root[]): Uint8Array =>
  Buffer.from(`# names\n${roots.map(({ pem }) => pem).join('\n')}`);
const deploying = (bytes: Uint8Array, artifacts: readonly Uint8Array[] = [bytes]): Asked => ({
  remedy: 'bundle.deploy',
  parameters: { bundle: sha256Hex(bytes), list: { name: 'certifi', published: '2026-07-22' } },
  artifacts,
});

describe('a list of format 2', () => {
  const permits = ['trustStore.addAnchor'];

  it('permits no anchor that it does not list, and says which line would', async () => {
    const reason = ask(await listOf({ format: 2, permits }), adding(amazon));

    expect(reason).toContain(
      `The allow-list ${PATH} does not permit trustStore.addAnchor with the certificate`,
    );
    expect(reason).toContain(`"certificates": ["${amazon.sha256}"]`);
  });

  it('permits an anchor by its fingerprint, by its key, or because the public list holds it', async () => {
    const byPrint = await listOf({ format: 2, permits, anchors: { certificates: [studio.sha256] } });
    const byKey = await listOf({ format: 2, permits, anchors: { spki: [studio.spkiSha256] } });
    const byCatalogue = await listOf({ format: 2, permits, anchors: { publicCatalogue: true } });

    expect([byPrint, byKey].map((list) => ask(list, adding(studio)))).toEqual([null, null]);
    expect([byPrint, byKey].map((list) => ask(list, adding(amazon)) !== null)).toEqual([true, true]);
    expect(ask(byCatalogue, adding(amazon))).toBeNull();
    expect(ask(byCatalogue, adding(studio))).toMatch(/does not permit/);
  });

  it('takes a key from the certificate that the order names, and from no other', async () => {
    const list = await listOf({ format: 2, permits, anchors: { spki: [studio.spkiSha256] } });

    expect(ask(list, { ...adding(amazon), artifacts: [studio.der] })).toMatch(/does not permit/);
    expect(ask(list, { ...adding(studio), artifacts: [] })).toMatch(/does not permit/);
  });

  it('judges every certificate of a bundle', async () => {
    const list = await listOf({
      ...{ format: 2, permits: ['bundle.deploy'] },
      anchors: { publicCatalogue: true },
    });

    expect(ask(list, deploying(bundleOf(amazon, other)))).toBeNull();
    expect(ask(list, deploying(bundleOf(amazon, studio)))).toContain(studio.sha256);
    expect(ask(list, deploying(bundleOf(amazon), []))).toMatch(/not on this host yet/);
    const trusted = Buffer.from(amazon.pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'));
    expect(ask(list, deploying(trusted))).toMatch(/something else than a certificate/);
  });

  it('limits paths by whole names, versions, and the bundles that are stores', async () => {
    const list = await listOf({
      ...{ format: 2, permits: ['toolkit.upgradeCore', 'python.upgradePackage', 'trustStore.addAnchor'] },
      ...{ anchors: { certificates: [studio.sha256] } },
      paths: {
        'toolkit.upgradeCore': ['/studio/shotgun/'],
        'python.upgradePackage': ['/opt'],
        bundleStores: ['/opt/studio/ca.pem'],
      },
      versions: { 'tk-core': { minimum: 'v0.23.10' }, certifi: { allowed: ['2026.7.22'] } },
    });
    const core = (configuration: string, version: string): Asked => ({
      remedy: 'toolkit.upgradeCore',
      parameters: { configuration, version },
    });
    const certifi = (version: string): Asked => ({
      remedy: 'python.upgradePackage',
      parameters: {
        ...{ python: '/opt/python/bin/python3', package: 'certifi', version },
        source: { kind: 'index' },
      },
    });

    expect(ask(list, core('/studio/shotgun/film', 'v0.24.0'))).toBeNull();
    expect(ask(list, core('/studio/shotgun', 'v0.23.10'))).toBeNull();
    expect(ask(list, core('/studio/shotgun-other', 'v0.24.0'))).toContain(
      '"paths": { "toolkit.upgradeCore": ["/studio/shotgun/","/studio/shotgun-other"] }',
    );
    expect(ask(list, core('/studio/shotgun/film', 'v0.23.9'))).toContain('"minimum": "v0.23.9"');
    expect(ask(list, certifi('2026.07.22'))).toBeNull();
    expect(ask(list, certifi('2026.07.22.1'))).toMatch(/does not permit/);
    expect(ask(list, adding(studio, { store: 'bundle:/opt/studio/ca.pem' }))).toBeNull();
    expect(ask(list, adding(studio, { store: 'bundle:/opt/studio/cacert.pem' }))).toMatch(/does not permit/);
  });

  it('permits of a variable no path but the union bundle and what it lists', async () => {
    const list = await listOf({
      ...{ format: 2, permits: ['variable.set'] },
      paths: { 'variable.set': ['/etc/ssl'] },
    });
    const set = (value: object): Asked => ({
      remedy: 'variable.set',
      parameters: { name: 'SSL_CERT_FILE', scope: 'machine', value },
    });

    expect(ask(list, set({ kind: 'unionBundle' }))).toBeNull();
    expect(ask(list, set({ kind: 'path', path: '/etc/ssl/cert.pem' }))).toBeNull();
    expect(ask(list, set({ kind: 'path', path: '/home/eve/ca.pem' }))).toMatch(/does not permit/);
  });

  it('judges a repair by everything that it may choose', async () => {
    const list = await listOf({
      ...{ format: 2, permits: ['trust.repair', 'trustStore.addAnchor'] },
      anchors: { publicCatalogue: true },
    });
    const choices = { anchors: [], bundle: null, variables: [], packages: [], api: null, core: null };
    const repair = (change: object): Asked => ({
      remedy: 'trust.repair',
      parameters: { targets: [], choices: { ...choices, ...change } },
    });

    expect(ask(list, repair({ anchors: [amazon.sha256] }))).toBeNull();
    expect(ask(list, repair({ anchors: [studio.sha256] }))).toContain(studio.sha256);
    expect(ask(list, repair({ core: 'v0.24.0' }))).toContain('"toolkit.upgradeCore","trust.repair"');
    expect(ask(list, repair({ variables: ['SSL_CERT_FILE'] }))).toContain('variable.set');
  });

  it('asks an undo for the places that it touches, and for no anchor or version', async () => {
    const list = await listOf({ format: 2, permits: [...permits, 'toolkit.upgradeCore'] });
    const parameters = { configuration: '/studio/film', version: 'v0.24.0' };

    expect(ask(list, { ...adding(studio), mode: 'undo' })).toBeNull();
    expect(ask(list, { remedy: 'toolkit.upgradeCore', parameters, mode: 'undo' })).toMatch(/does not permit/);
  });

  it('refuses parameters that are not understood, and remedies that it has no rules for', async () => {
    const list = await listOf({
      ...{ format: 2, permits: ['trustStore.addAnchor', 'new.remedy', 'constructor'] },
      anchors: { publicCatalogue: true },
    });

    expect(ask(list, adding(amazon, { also: 'this' }))).toMatch(/cannot be judged/);
    for (const remedy of ['new.remedy', 'constructor'])
      expect(ask(list, { remedy, parameters: {} })).toMatch(/knows no rules/);
  });

  it('names who keeps shared installs', async () => {
    const list = await listOf({ format: 2, permits: [], keeper: ['/mnt/studio/shotgun'] });

    expect(isKeeper(list, '/mnt/studio/shotgun/film')).toBe(true);
    expect(isKeeper(list, '/mnt/studio')).toBe(false);
    expect(isKeeper(await listOf({ format: 1, permits: [] }), '/mnt/studio/shotgun/film')).toBe(false);
  });

  it.each([
    ['a root as a path', { paths: { 'toolkit.upgradeCore': ['/'] } }],
    ['a path that climbs', { paths: { 'toolkit.upgradeCore': ['/studio/../etc'] } }],
    ['a path of nothing known', { paths: { 'trust.everything': ['/studio'] } }],
    ['a version of nothing known', { versions: { pip: {} } }],
    ['a version that is none', { versions: { certifi: { minimum: 'newest' } } }],
    ['an anchor that is no digest', { anchors: { spki: ['*'] } }],
    ['a field that is not known', { anchors: { any: true } }],
  ])('is rejected as a whole with %s', async (_name, content) => {
    expect(await listOf({ format: 2, permits: ['trustStore.addAnchor'], ...content })).toMatchObject({
      state: 'rejected',
      permits: [],
    });
  });
});

it('permits with format 1 a remedy with any parameters, as before', async () => {
  const list = await listOf({ format: 1, permits: ['trustStore.addAnchor'] });

  expect(ask(list, adding(studio, { store: 'bundle:/anywhere.pem' }))).toBeNull();
});

describe('as properties', () => {
  it('whatever parameters an order has, a list without anchors, paths and versions permits no change of trust or code', async () => {
    const remedies = ['trustStore.addAnchor', 'trustStore.removeAnchor', 'bundle.deploy', 'trust.repair'];
    const ofCode = ['shotgunApi.replace', 'toolkit.upgradeCore', 'python.upgradePackage'];
    const list = await listOf({ format: 2, permits: [...remedies, ...ofCode] });

    fc.assert(
      fc.property(
        fc.constantFrom(...remedies.slice(0, 3), ...ofCode),
        fc.object({ maxDepth: 2 }),
        fc.constantFrom<object>(
          adding(amazon).parameters,
          deploying(bundleOf(amazon)).parameters,
          { configuration: '/studio/film', version: 'v0.24.0' },
          { path: '/studio/api', version: '3.9.0', wheel: amazon.sha256 },
        ),
        (remedy, noise, parameters) => {
          const asked = { remedy, parameters: { ...noise, ...parameters } };

          expect(ask(list, { ...asked, artifacts: [amazon.der, bundleOf(amazon)] })).not.toBeNull();
        },
      ),
    );
  });

  it('what is within a prefix begins with its names, and a longer list permits no less', () => {
    const name = fc.stringMatching(/^[a-z.]{1,4}$/).filter((one) => !/^\.+$/.test(one));
    const path = fc.array(name, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, path, (one, two) => {
        const within = isWithin(`/${one.join('/')}`, `/${two.join('/')}`);

        expect(within).toBe(`${one.join('/')}/`.startsWith(`${two.join('/')}/`));
        expect(isWithin(`C:\\${one.join('\\').toUpperCase()}`, `c:\\${two.join('\\')}\\`)).toBe(within);
        expect(isWithin(`C:\\${one.join('\\')}`, `/${two.join('/')}`)).toBe(false);
      }),
    );
  });

  it('hostile JSON is rejected or permits no more than it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const list = await readAllowList(
          {
            trustedUids: [0],
            read: () => Promise.resolve({ kind: 'file', bytes: Buffer.from(text), chain: [] }),
          },
          PATH,
        );

        expect(ask(list, adding(amazon))).not.toBeNull();
      }),
    );
  });

  it('releases are in one order', () => {
    const release = fc
      .tuple(fc.array(fc.nat(3000), { minLength: 1, maxLength: 5 }), fc.option(fc.nat(3)))
      .map(([numbers, post]) => `${numbers.join('.')}${post === null ? '' : `.post${post}`}`);
    fc.assert(
      fc.property(release, release, release, (a, b, c) => {
        expect(Math.sign(compareReleases(a, b))).toBe(-Math.sign(compareReleases(b, a)) || 0);
        if (compareReleases(a, b) <= 0 && compareReleases(b, c) <= 0)
          expect(compareReleases(a, c)).toBeLessThanOrEqual(0);
      }),
    );
    expect(compareReleases('v0.23.10', 'v0.23.9')).toBeGreaterThan(0);
    expect(compareReleases('2024.07.04', '2024.7.4')).toBe(0);
    expect(compareReleases('3.9.0.post1', '3.9.0')).toBeGreaterThan(0);
  });
});
