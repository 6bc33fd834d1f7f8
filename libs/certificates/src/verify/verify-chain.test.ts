import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../encoding.ts';
import {
  alternativeNames,
  authorityKeyIdentifier,
  basicConstraints,
  commonName,
  keyUsage,
  makeCertificate,
  makeKey,
  subjectKeyIdentifier,
  type TestKey,
} from '../testing/make-certificate.ts';
import { createAnchorSet } from './anchor-set.ts';
import type { NameRules, OpenSslProfile, Verification } from './types.ts';
import { verifyChain } from './verify-chain.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z') / 1000;
const DAY = 24 * 3600;
const HOST = 'site.studio.example';

interface Made {
  readonly name: string;
  readonly key: TestKey;
  readonly der: Uint8Array;
}
interface Shape {
  readonly valid?: readonly [from: number, to: number];
  readonly key?: TestKey;
  readonly identified?: boolean;
  readonly digest?: 'sha1' | 'sha256';
  readonly own?: readonly Uint8Array[];
}

let serial = 0;
function made(name: string, issuer: Made | null, { valid = [-300, 300], own = [], ...shape }: Shape): Made {
  const key = shape.key ?? makeKey('ec');
  const by = issuer ?? { name, key };
  const identifiers = [subjectKeyIdentifier(key.identifier), authorityKeyIdentifier(by.key.identifier)];
  const der = makeCertificate({
    subject: commonName(name),
    issuer: commonName(by.name),
    serial: (serial += 1),
    notBefore: NOW + valid[0] * DAY,
    notAfter: NOW + valid[1] * DAY,
    key,
    signer: by.key,
    digest: shape.digest ?? 'sha256',
    version: 3,
    extensions: [...own, ...(shape.identified === false ? [] : identifiers)],
  });
  return { name, key, der };
}

const authority = (name: string, issuer: Made | null = null, shape: Shape = {}): Made =>
  made(name, issuer, { ...shape, own: [basicConstraints(true, null), keyUsage(0x06)] });
const server = (issuer: Made | null, names: string[] | null = [`DNS:${HOST}`], shape: Shape = {}): Made =>
  made(HOST, issuer, {
    ...shape,
    own: [keyUsage(0xa0), ...(names === null ? [] : [alternativeNames(names)])],
  });

const V3: OpenSslProfile = {
  version: [3, 0, 19],
  libressl: false,
  partialChain: false,
  strict: false,
  securityLevel: 1,
};
const V1_1: OpenSslProfile = { ...V3, version: [1, 1, 1] };
const V1_0_2: OpenSslProfile = { ...V3, version: [1, 0, 2] };
const LIBRESSL: OpenSslProfile = { ...V3, version: [2, 8, 3], libressl: true };
const ALL = [V3, V1_1, V1_0_2, LIBRESSL];

interface Ask {
  readonly chain: readonly Made[];
  readonly anchors: readonly Made[];
  readonly openssl?: OpenSslProfile;
  readonly serverName?: string | null;
  readonly nameRules?: NameRules;
  readonly at?: number;
}

function verify({ chain, anchors, openssl = V3, serverName = null, at = NOW, ...more }: Ask): Verification {
  return verifyChain({
    ...more,
    chain: chain.map(({ der }) => der),
    anchors: createAnchorSet(anchors.map(({ der }) => der)),
    at: new Date(at * 1000),
    serverName,
    openssl,
  });
}
const digests = (...path: readonly Made[]): string[] => path.map(({ der }) => sha256Hex(der));

const root = authority('Root');
const issuing = authority('Issuing', root);
const leaf = server(issuing);

describe('paths', () => {
  it.each(ALL)('leads from the leaf to the root, whoever sends what: $version', (openssl) => {
    const stranger = authority('Stranger');
    for (const chain of [
      [leaf, issuing],
      [leaf, issuing, root],
      [leaf, stranger, root, issuing, issuing, leaf],
    ])
      expect(verify({ chain, anchors: [stranger, root], openssl })).toEqual({
        ok: true,
        code: 0,
        depth: 0,
        path: digests(leaf, issuing, root),
      });
  });

  it.each([
    ['issuer not sent, root known', [leaf], [root], 20, 0],
    ['nothing known', [leaf, issuing], [], 20, 1],
    ['root sent and not known', [leaf, issuing, root], [], 19, 2],
    ['a leaf that signs itself', [made(HOST, null, {})], [root], 18, 0],
    ['the issuing authority known, its root not', [leaf], [issuing], 2, 1],
  ] as const)('%s', (...[, chain, anchors, code, depth]) => {
    for (const openssl of ALL)
      expect(verify({ chain, anchors, openssl })).toMatchObject({ ok: false, code, depth });
  });

  it('with partial chains any anchor will do, the leaf itself too', () => {
    const openssl = { ...V3, partialChain: true };

    expect(verify({ chain: [leaf], anchors: [issuing], openssl })).toMatchObject({
      ok: true,
      path: digests(leaf, issuing),
    });
    expect(verify({ chain: [leaf], anchors: [leaf], openssl }).ok).toBe(true);
    expect(verify({ chain: [leaf], anchors: [leaf] }).code).toBe(20);
  });

  it('an authority that is not the one it looks like is found out by its signature, or by its identifier', () => {
    const impostor = authority('Issuing', root);
    const nameless = authority('Issuing', root, { identified: false });

    expect(verify({ chain: [leaf, impostor], anchors: [root] }).code).toBe(20);
    expect(verify({ chain: [leaf, nameless], anchors: [root] })).toMatchObject({ code: 7, depth: 0 });
    expect(verify({ chain: [leaf, impostor, issuing], anchors: [root] }).ok).toBe(true);
  });

  it('of several anchors with one name the one that is valid is taken', () => {
    const key = makeKey('ec');
    const old = authority('Twice', null, { key, valid: [-900, -1] });
    const current = authority('Twice', null, { key });
    const site = server(current);

    for (const anchors of [
      [old, current],
      [current, old],
    ])
      expect(verify({ chain: [site], anchors }).ok).toBe(true);
    expect(verify({ chain: [site], anchors: [old] })).toMatchObject({ code: 10, depth: 1 });
    // 1.0.2 takes the first that fits.
    expect(verify({ chain: [site], anchors: [old, current], openssl: V1_0_2 }).code).toBe(10);
  });

  it('cross-signed by an expired root: 1.0.2 follows the presented chain, later ones the store (failures.md §7.3)', () => {
    const expired = authority('Old', null, { valid: [-3000, -1] });
    const crossed = authority('New', expired, { valid: [-2000, 100] });
    const current = authority('New', null, { key: crossed.key });
    const between = authority('Between', current);
    const chain = [server(between), between, crossed];

    expect(verify({ chain, anchors: [current, expired] }).ok).toBe(true);
    expect(verify({ chain, anchors: [current, expired], openssl: V1_0_2 })).toMatchObject({
      code: 10,
      depth: 3,
    });
    expect(verify({ chain, anchors: [current], openssl: V1_0_2 }).ok).toBe(true);
    expect(verify({ chain, anchors: [expired], openssl: V3 }).code).toBe(10);
  });

  it('two authorities that sign each other end as a chain too long', () => {
    const one = authority('One');
    const other = authority('Other', one);
    const back = authority('One', other, { key: one.key });

    expect(verify({ chain: [server(other)], anchors: [other, back] })).toMatchObject({ ok: false, code: 22 });
    expect(verify({ chain: [server(other), other, back], anchors: [] })).toMatchObject({ code: 20 });
  });
});

describe('dates', () => {
  it('the very second of notAfter is too late, that of notBefore is not', () => {
    const site = server(root, null, { valid: [-1, 1] });
    const at = (offset: number): number => verify({ chain: [site], anchors: [root], at: NOW + offset }).code;

    expect([at(DAY - 1), at(DAY), at(-DAY), at(-DAY - 1)]).toEqual([0, 10, 0, 9]);
  });

  it('of two that are wrong the higher one is named', () => {
    const old = authority('Aged', root, { valid: [-900, -1] });
    const site = server(old, null, { valid: [1, 2] });

    expect(verify({ chain: [site, old], anchors: [root] })).toMatchObject({ code: 10, depth: 1 });
  });
});

describe('security levels', () => {
  const small = server(root, null, { key: makeKey(1024) });
  const sha1 = server(authority('RSA', null, { key: makeKey(2048) }), null, { digest: 'sha1' });
  const rsa = authority('RSA 2');

  it.each([
    [V3, 0, 0],
    [V3, 1, 0],
    [V3, 2, 66],
    [V1_0_2, 2, 0],
  ] as const)('a key of 1024 bit: %o', (openssl, securityLevel, code) => {
    expect(verify({ chain: [small], anchors: [root], openssl: { ...openssl, securityLevel } }).code).toBe(
      code,
    );
  });

  it('SHA-1 is too weak from 3.0 on at level 1, before that at level 2', () => {
    const issuer = authority('RSA', null, { key: makeKey(2048) });
    const site = server(issuer, null, { digest: 'sha1' });
    const code = (openssl: OpenSslProfile, securityLevel: number): number =>
      verify({ chain: [site], anchors: [issuer], openssl: { ...openssl, securityLevel } }).code;

    expect([code(V3, 0), code(V3, 1), code(V1_1, 1), code(V1_1, 2)]).toEqual([0, 68, 0, 68]);
    expect(verify({ chain: [sha1], anchors: [rsa] }).code).toBe(20);
  });
});

describe('server names', () => {
  const AFTERWARDS: NameRules = {
    checked: 'afterwards',
    wildcards: 'matchHostname',
    commonName: 'withoutAnyName',
  };
  const NEVER: NameRules = { checked: 'openssl', wildcards: 'wholeLabel', commonName: 'never' };
  const code = (names: string[] | null, serverName: string, nameRules?: NameRules): number =>
    verify({
      chain: [server(root, names)],
      anchors: [root],
      serverName,
      ...(nameRules === undefined ? {} : { nameRules }),
    }).code;

  it.each([
    [[`DNS:${HOST}`], HOST, 0, 0],
    [['DNS:SITE.studio.Example'], HOST, 0, 0],
    [['DNS:*.studio.example'], HOST, 0, 0],
    [['DNS:*.studio.example'], `a.${HOST}`, 62, 62],
    [['DNS:*.studio.example'], 'studio.example', 62, 62],
    [['DNS:*.example'], 'studio.example', 62, 0],
    [['DNS:s*.studio.example'], HOST, 62, 0],
    [['DNS:site.*.example'], HOST, 62, 62],
    [['DNS:*'], 'localhost', 62, 0],
    [['IP:7f000001'], '127.0.0.1', 0, 0],
    [['DNS:127.0.0.1'], '127.0.0.1', 64, 64],
    [['IP:00000000000000000000000000000001'], '::1', 0, 0],
    [['IP:7f000001'], '10.0.0.1', 64, 64],
  ] as const)('%j for %s: OpenSSL %i, Python’s own %i', (...[names, host, byOpenssl, byPython]) => {
    expect(code([...names], host)).toBe(byOpenssl);
    expect(code([...names], host, AFTERWARDS)).toBe(byPython);
  });

  it('the CN counts where no DNS name is there; where no name at all; never', () => {
    expect([code(null, HOST), code(null, HOST, AFTERWARDS), code(null, HOST, NEVER)]).toEqual([0, 0, 62]);
    const address = ['IP:7f000001'];
    expect([code(address, HOST), code(address, HOST, AFTERWARDS)]).toEqual([0, 62]);
    expect(code(['DNS:other.example'], HOST)).toBe(62);
  });

  it('OpenSSL looks at the name before dates, Python’s own check after everything', () => {
    const old = server(root, ['DNS:other.example'], { valid: [-9, -1] });
    const ask = { chain: [old], anchors: [root], serverName: HOST };

    expect(verify(ask).code).toBe(62);
    expect(verify({ ...ask, nameRules: AFTERWARDS }).code).toBe(10);
  });
});

describe('hostile chains', () => {
  it('are answered, whatever the bytes are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => {
        const damaged = new Uint8Array(leaf.der);
        damaged[at % damaged.length] = value;
        return damaged;
      }),
    );
    const anchors = createAnchorSet([root.der]);
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), fc.constantFrom(...ALL), (damaged, openssl) => {
        const chain = [...damaged, issuing.der];
        const found = verifyChain({ chain, anchors, at: new Date(NOW * 1000), serverName: HOST, openssl });

        expect(found.ok).toBe(found.code === 0);
      }),
      { numRuns: 600 },
    );
  });

  it('no chain at all is no good one', () => {
    expect(verify({ chain: [], anchors: [root] })).toEqual({ ok: false, code: 1, depth: 0, path: [] });
  });
});

describe('anchor sets', () => {
  it('find by a name however it is written, count each once, and pass over what is no certificate', () => {
    const set = createAnchorSet([root.der, new Uint8Array(root.der), issuing.der, Uint8Array.of(1, 2, 3)]);

    expect(set.size).toBe(2);
    expect(set.bySubject(commonName(' ROOT ', 0x0c))).toEqual([root.der]);
    expect(set.has(sha256Hex(issuing.der))).toBe(true);
    expect(set.has(sha256Hex(leaf.der))).toBe(false);
  });
});
