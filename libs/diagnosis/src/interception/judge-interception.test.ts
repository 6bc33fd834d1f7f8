import { webcrypto } from 'node:crypto';
import { createAnchorSet, issueCertificate, type RootCatalogue, sha256Hex } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeCertificate } from '@trustfleet/certificates';
import { judgeInterception, type InterceptionFacts } from './judge-interception.ts';
import { unrelated } from './unrelated.ts';

interface Issued {
  readonly der: Uint8Array;
  readonly key: webcrypto.CryptoKey;
}

let serial = 1;

async function issue(commonName: string, issuer: Issued | null, server = false): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  serial += 1;
  const der = await issueCertificate({
    profile: server ? { kind: 'server', dnsNames: [commonName], ipAddresses: [] } : { kind: 'authority' },
    subject: { commonName },
    serialNumber: serial.toString(16).padStart(8, '0'),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    publicKey: keys.publicKey,
    issuerCertificate: issuer?.der ?? null,
    signingKey: issuer?.key ?? keys.privateKey,
  });
  return { der, key: keys.privateKey };
}

let studio: Issued;
let proxyRoot: Issued;
let publicRoot: Issued;
let catalogue: RootCatalogue;
const leaves = new Map<string, Uint8Array>();

/** A leaf for `host` by `issuer`. */
async function leafOf(host: string, issuer: Issued): Promise<Uint8Array> {
  return (await issue(host, issuer, true)).der;
}

beforeAll(async () => {
  studio = await issue('Studio Proxy CA', null);
  proxyRoot = await issue('Zscaler Root CA', null);
  publicRoot = await issue('Public Root', null);
  const facts = describeCertificate(publicRoot.der);
  const entry = {
    sha256: facts.sha256,
    sha1: facts.sha1,
    spkiSha256: facts.spkiSha256,
    subject: facts.subject,
  };
  const root = { ...entry, notAfter: '2027-01-01', entered: ROOT_CATALOGUE.oldest, left: null };
  catalogue = {
    ...ROOT_CATALOGUE,
    roots: [root],
    bySha256: (sha256) => (sha256 === root.sha256 ? root : null),
    bySpki: (spki) => (spki === root.spkiSha256 ? root : null),
  };
  for (const host of ['site.shotgrid.test', 'bucket.s3.test', 'other.shotgrid.test'])
    leaves.set(host, await leafOf(host, studio));
});

const by = (host: string): Uint8Array => leaves.get(host)!;

function judge(
  endpoints: Record<string, readonly Uint8Array[]>,
  anchors: readonly Uint8Array[] = [],
): Record<string, unknown> {
  const facts: InterceptionFacts = {
    endpoints: Object.entries(endpoints).map(([host, chain]) => ({ id: host, host, chain })),
    catalogue,
    anchors: createAnchorSet(anchors),
  };
  return Object.fromEntries(judgeInterception(facts));
}

describe('interception', () => {
  const two = (): Record<string, readonly Uint8Array[]> => ({
    'site.shotgrid.test': [by('site.shotgrid.test')],
    'bucket.s3.test': [by('bucket.s3.test')],
  });
  const issuer = 'CN=Studio Proxy CA';

  it('is one private issuer over endpoints of different owners', () => {
    expect(judge(two())).toEqual({
      'site.shotgrid.test': { issuer, certificate: null },
      'bucket.s3.test': { issuer, certificate: null },
    });
  });

  it('names the certificate where one endpoint shows it, or this host has it', () => {
    const certificate = sha256Hex(studio.der);
    const shown = { ...two(), 'bucket.s3.test': [by('bucket.s3.test'), studio.der] };

    for (const found of [judge(shown), judge(two(), [studio.der])])
      expect(found).toEqual({
        'site.shotgrid.test': { issuer, certificate },
        'bucket.s3.test': { issuer, certificate },
      });
  });

  it('is none at endpoints of one owner, or at one alone', () => {
    expect(judge({ 'site.shotgrid.test': [by('site.shotgrid.test'), studio.der] })).toEqual({});
    expect(
      judge({
        'site.shotgrid.test': [by('site.shotgrid.test')],
        'other.shotgrid.test': [by('other.shotgrid.test')],
      }),
    ).toEqual({});
  });

  it('is none under a public root, presented, on this host or cross-signed', async () => {
    const old = await issue('Old Root', null);
    const crossed = await issueCertificate({
      profile: { kind: 'authority' },
      subject: { commonName: 'Public Root' },
      serialNumber: '7f',
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
      publicKey: await publicKeyOf(publicRoot),
      issuerCertificate: old.der,
      signingKey: old.key,
    });
    const intermediate = await issue('Public Intermediate', publicRoot);
    const [a, b] = [await leafOf('a.one.test', intermediate), await leafOf('b.two.test', intermediate)];

    for (const rest of [
      [intermediate.der],
      [intermediate.der, publicRoot.der],
      [intermediate.der, crossed, old.der],
    ])
      expect(judge({ 'a.one.test': [a, ...rest], 'b.two.test': [b, ...rest] })).toEqual({});
    expect(
      judge({ 'a.one.test': [a, intermediate.der], 'b.two.test': [b, intermediate.der] }, [publicRoot.der]),
    ).toEqual({});
  });

  it('is not talked away by a public root that signed nothing of it, nor by its name', async () => {
    const liar = await issue('Public Root', null);
    const [a, b] = [await leafOf('a.one.test', liar), await leafOf('b.two.test', liar)];

    expect(
      Object.keys(judge({ ...two(), 'site.shotgrid.test': [by('site.shotgrid.test'), publicRoot.der] })),
    ).toHaveLength(2);
    expect(judge({ 'a.one.test': [a], 'b.two.test': [b] }, [publicRoot.der])).toMatchObject({
      'a.one.test': { issuer: 'CN=Public Root' },
    });
  });

  it('is believed of a product that says so itself', async () => {
    const host = 'site.shotgrid.test';

    expect(judge({ [host]: [await leafOf(host, proxyRoot)] })).toEqual({
      [host]: { issuer: 'CN=Zscaler Root CA', certificate: null },
    });
  });

  it('says nothing of an endpoint that showed nothing, or no certificate', () => {
    expect(judge({ 'a.test': [], 'b.test': [new Uint8Array([1, 2, 3])], ...two() })).toEqual(judge(two()));
  });
});

async function publicKeyOf(issued: Issued): Promise<webcrypto.CryptoKey> {
  const jwk = await webcrypto.subtle.exportKey('jwk', issued.key);
  const { kty, crv, x, y } = jwk;
  return await webcrypto.subtle.importKey(
    'jwk',
    { kty, crv, x, y } as webcrypto.JsonWebKey,
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['verify'],
  );
}

describe('unrelated', () => {
  it.each([
    [['studio.shotgrid.autodesk.com', 'tank.autodesk.com'], false],
    [['studio.shotgrid.autodesk.com', 'bucket.s3.amazonaws.com'], true],
    [['a.studio.co.uk', 'b.other.co.uk'], true],
    [['a.studio.co.uk', 'B.Studio.co.uk.'], false],
    [['10.0.0.1', '10.0.0.2'], true],
    [['::1', '::1'], false],
    [['studio.io', 'www.studio.io'], false],
    [['a.test'], false],
    [[], false],
  ])('%j: %s', (hosts, expected) => {
    expect(unrelated(hosts)).toBe(expected);
  });
});
