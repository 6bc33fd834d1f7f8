import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT_CATALOGUE } from '../catalogue/index.ts';
import {
  type AnchorClass,
  type CatalogueRoot,
  type CertificateFacts,
  type ClassificationContext,
  classifyAnchor,
  describeCertificate,
  pemToDer,
  WELL_KNOWN_ROOTS,
} from '../index.ts';
import { EDELLROOT, SUPERFISH } from '../testing/known-bad-certificates.ts';
import { selfSigned } from '../testing/openssl-certificate.ts';
import { KNOWN_BAD_KEYS } from './known-bad.ts';
import { VENDOR_ROOTS, VENDOR_ROOTS_BY_SHA1 } from './vendor-roots.ts';

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const AMAZON = describeCertificate(pemToDer(WELL_KNOWN_ROOTS[0]!.pem));
let own: CertificateFacts;
let desktop: CertificateFacts;
beforeAll(() => {
  own = describeCertificate(selfSigned(EC, '-addext', 'basicConstraints=critical,CA:TRUE'));
  const names = '/C=US/ST=California/L=San Rafael/O=Autodesk/OU=Shotgun Software/CN=localhost';
  const marks = ['-sha256', '-set_serial', '1000', '-subj', names, '-addext', 'keyUsage=keyEncipherment'];
  desktop = describeCertificate(selfSigned(['-newkey', 'rsa:2048'], ...marks));
});

function classified(facts: CertificateFacts, context: Partial<ClassificationContext> = {}): AnchorClass {
  return classifyAnchor(facts, {
    catalogue: ROOT_CATALOGUE,
    approved: new Set(),
    origin: null,
    ...context,
  });
}

/** The facts of a root of the catalogue, as far as its class rests on them. */
const like = ({ sha256, sha1, spkiSha256, subject }: CatalogueRoot): CertificateFacts => ({
  ...own,
  ...{ sha256, sha1, spkiSha256, subject },
});
const approving = (...facts: readonly CertificateFacts[]): Partial<ClassificationContext> => ({
  approved: new Set(facts.map(({ sha256 }) => sha256)),
});

describe('public roots', () => {
  it('knows every well-known root by its fingerprint, with the release that it came with', () => {
    for (const { pem } of WELL_KNOWN_ROOTS) {
      const found = classified(describeCertificate(pemToDer(pem)));

      expect(found).toMatchObject({ kind: 'publicCurrent', evidence: 'fingerprint', left: null });
      expect(found.entered?.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });

  it('says when a root left, and that a later one of the same key is still in', () => {
    const [removed] = ROOT_CATALOGUE.roots.filter(({ subject }) => subject.endsWith('CN=DST Root CA X3'));
    const first = ROOT_CATALOGUE.roots.find(({ subject }) => subject.endsWith('CN=GTS Root R1'))!;

    expect(classified(like(removed!))).toMatchObject({
      kind: 'publicRemoved',
      evidence: 'fingerprint',
      left: { version: '2022.05.18' },
    });
    expect(first.left).not.toBeNull();
    expect(classified(like(first))).toMatchObject({
      kind: 'publicCurrent',
      evidence: 'key',
      left: first.left,
    });
  });

  it('another certificate of a public key is that key’s, whatever it calls itself', () => {
    const crossSigned = { ...own, spkiSha256: AMAZON.spkiSha256, subject: 'CN=Zscaler Root CA' };
    const superseded = {
      ...own,
      spkiSha256: ROOT_CATALOGUE.roots.find(({ left }) => left !== null)!.spkiSha256,
    };

    expect(classified(crossSigned)).toMatchObject({
      kind: 'publicCurrent',
      evidence: 'key',
      saysItIs: 'Zscaler',
    });
    expect(classified(superseded)).toMatchObject({ kind: 'publicRemoved', evidence: 'key' });
  });

  it.each([
    ['the name', { subject: AMAZON.subject, issuer: AMAZON.issuer, commonName: AMAZON.commonName }],
    ['the serial', { serial: AMAZON.serial }],
    ['the SHA-1', { sha1: AMAZON.sha1 }],
  ])('%s of a public root alone makes nothing public', (_what, copied) => {
    expect(classified({ ...own, ...copied })).toMatchObject({
      kind: 'unknown',
      evidence: 'none',
      name: null,
    });
  });
});

describe('known bad', () => {
  it.each([
    ['Superfish', SUPERFISH, /Superfish/],
    ['eDellRoot', EDELLROOT, /eDellRoot/],
  ])('%s itself, approved or not', (_name, { pem, sha256 }, name) => {
    const facts = describeCertificate(pemToDer(pem));

    expect(facts.sha256).toBe(sha256);
    for (const context of [{}, approving(facts), { origin: 'vendor' as const }]) {
      const found = classified(facts, context);
      expect(found).toMatchObject({ kind: 'knownBad', evidence: 'key' });
      expect(found.name).toMatch(name);
      expect(found.note).toMatch(/remove it/);
    }
  });

  it('a bad key is bad while its root is still in the public list', () => {
    const superfish = describeCertificate(pemToDer(SUPERFISH.pem));
    const listed = { ...ROOT_CATALOGUE.roots.find(({ left }) => left === null)!, sha256: superfish.sha256 };
    const catalogue = { ...ROOT_CATALOGUE, bySha256: () => listed, bySpki: () => listed };

    expect(classified(superfish, { catalogue }).kind).toBe('knownBad');
  });

  it('finds another certificate of such a key, and none by the name', () => {
    const { spkiSha256, subject } = describeCertificate(pemToDer(SUPERFISH.pem));

    expect(classified({ ...own, spkiSha256 }).kind).toBe('knownBad');
    expect(classified({ ...own, subject }).kind).toBe('unknown');
  });
});

describe('approval', () => {
  it('outranks what the certificate says and where it comes from, by its fingerprint alone', () => {
    const proxy = { ...own, subject: 'O=Zscaler Inc., CN=Zscaler Root CA' };

    expect(classified(proxy, { ...approving(proxy), origin: 'vendor' })).toMatchObject({
      kind: 'approved',
      evidence: 'policy',
      saysItIs: 'Zscaler',
    });
    expect(classified({ ...proxy, sha256: 'f'.repeat(64) }, approving(proxy)).kind).toBe('interception');
  });

  it('of a public root leaves it public; of one that left it stands, with the date', () => {
    const root = ROOT_CATALOGUE.roots.find(({ left }) => left !== null)!;
    const removed = like(root);

    expect(classified(AMAZON, approving(AMAZON)).kind).toBe('publicCurrent');
    expect(classified(removed, approving(removed))).toMatchObject({ kind: 'approved', left: root.left });
  });
});

describe('what it says it is', () => {
  it.each([
    ['O=Zscaler Inc., OU=Zscaler Inc., CN=Zscaler Root CA', 'Zscaler'],
    ['CN=caadmin.netskope.com, O=Netskope Inc', 'Netskope'],
    ['O=Palo Alto Networks, CN=Palo Alto Networks Root CA', 'Palo Alto Networks'],
    ['C=US, O=Fortinet, OU=Certificate Authority, CN=FG100FTK19000000', 'Fortinet'],
    ['O=Cisco, CN=Cisco Umbrella Root CA', 'Cisco Umbrella'],
    ['O=Blue Coat Systems\\, Inc., CN=proxy', 'Blue Coat'],
    ['C=GB, O=Sophos, CN=Sophos SSL CA_C01001', 'Sophos'],
    ['O=AO Kaspersky Lab, CN=Kaspersky Anti-Virus Personal Root Certificate', 'Kaspersky'],
    ['O=ESET\\, spol. s r. o., CN=ESET SSL Filter CA', 'ESET'],
    ['CN=Bitdefender Personal CA.Net-Defender', 'Bitdefender'],
    ['O=Avast Web/Mail Shield, CN=Avast Web/Mail Shield Root', 'Avast'],
    ['O=McAfee, CN=McAfee Web Gateway', 'McAfee, Skyhigh'],
    ['CN=Forcepoint Cloud CA', 'Forcepoint'],
    ['O=Cloudflare\\, Inc, CN=Cloudflare for Teams ECC Certificate Authority', 'Cloudflare Gateway'],
    ['OU=Created by http://www.fiddler2.com, O=DO_NOT_TRUST, CN=DO_NOT_TRUST_FiddlerRoot', 'Fiddler'],
    ['CN=Charles Proxy CA (1 Jan 2026\\, host), OU=https://charlesproxy.com/ssl', 'Charles Proxy'],
    ['O=mitmproxy, CN=mitmproxy', 'mitmproxy'],
    ['C=PortSwigger, O=PortSwigger, OU=PortSwigger CA, CN=PortSwigger CA', 'Burp Suite'],
  ])('%s', (subject, vendor) => {
    const found = { kind: 'interception', evidence: 'name', name: null, saysItIs: vendor };

    expect(classified({ ...own, subject })).toMatchObject(found);
    expect(classified({ ...own, subject }, { origin: 'vendor' })).toMatchObject(found);
  });

  it.each([
    'O=Cisco Systems, CN=Cisco Root CA 2048',
    'O=CloudFlare\\, Inc., CN=CloudFlare Origin CA',
    'O=Reset Ltd',
    '',
  ])('is not read into %j', (subject) => {
    expect(classified({ ...own, subject })).toMatchObject({ kind: 'unknown', saysItIs: null });
  });

  it('names no root that is or was public', () => {
    for (const root of ROOT_CATALOGUE.roots) expect(classified(like(root)).saysItIs).toBeNull();
  });
});

describe('what comes with the system', () => {
  it('rests on the store’s word, or on a fingerprint where the store cannot tell', () => {
    const [[sha256, byDigest]] = [...VENDOR_ROOTS] as [[string, string]];
    const [[sha1, byThumbprint]] = [...VENDOR_ROOTS_BY_SHA1] as [[string, string]];

    expect(classified(own, { origin: 'vendor' })).toMatchObject({
      kind: 'operatingSystemVendor',
      evidence: 'origin',
      name: null,
    });
    for (const [facts, name] of [
      [{ ...own, sha256 }, byDigest],
      [{ ...own, sha1 }, byThumbprint],
    ] as const)
      expect(classified(facts, { origin: 'local' })).toMatchObject({
        kind: 'operatingSystemVendor',
        evidence: 'fingerprint',
        name,
      });
  });
});

describe('ShotGrid Desktop', () => {
  it('is benign in an account’s own store, with every mark of it', () => {
    expect(classified(desktop, { origin: 'user' })).toMatchObject({
      kind: 'knownBenign',
      evidence: 'shape',
      name: 'ShotGrid Desktop (localhost)',
    });
  });

  it.each<[string, Partial<CertificateFacts>, ClassificationContext['origin']]>([
    ['in the machine’s store', {}, 'local'],
    ['in a store that does not tell', {}, null],
    ['as an authority', { isAuthority: true }, 'user'],
    ['with another serial', { serial: '01' }, 'user'],
    ['signed by another', { selfSigned: false }, 'user'],
    ['issued by another', { issuer: 'CN=Other' }, 'user'],
    ['with another key', { keyBits: 4096 }, 'user'],
    ['of another kind', { keyType: 'ec' }, 'user'],
    ['for a longer time', { notAfter: new Date('2099-01-01T00:00:00Z') }, 'user'],
    ['with one name more', { subject: 'CN=localhost, O=Autodesk' }, 'user'],
  ])('%s it is unknown', (_what, changed, origin) => {
    expect(classified({ ...desktop, ...changed }, { origin }).kind).toBe('unknown');
  });
});

describe('the tables', () => {
  it('are written as the facts are, and no public root is among the bad ones', () => {
    for (const key of [...KNOWN_BAD_KEYS.keys(), ...VENDOR_ROOTS.keys()])
      expect(key).toMatch(/^[0-9a-f]{64}$/);
    for (const sha1 of VENDOR_ROOTS_BY_SHA1.keys()) expect(sha1).toMatch(/^[0-9A-F]{40}$/);
    for (const { spkiSha256 } of ROOT_CATALOGUE.roots) expect(KNOWN_BAD_KEYS.has(spkiSha256)).toBe(false);
  });

  it('a name changes the class of nothing but the unknown, and only for the worse', () => {
    const origins = [null, 'vendor', 'local', 'policy', 'user', 'unknown'] as const;
    const name = fc.oneof(
      fc.constantFrom('O=Zscaler', 'CN=Amazon Root CA 1', 'CN=Microsoft Root Authority', AMAZON.subject),
      fc.string({ maxLength: 60 }),
    );

    fc.assert(
      fc.property(name, fc.constantFrom(...origins), (subject, origin) => {
        const nameless = classified({ ...own, subject: '' }, { origin });
        const named = classified({ ...own, subject, issuer: subject, commonName: subject }, { origin });

        expect([nameless.kind, 'interception']).toContain(named.kind);
        expect(named.name).toBeNull();
      }),
    );
  });
});
