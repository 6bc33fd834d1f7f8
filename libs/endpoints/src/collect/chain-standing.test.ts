import { createAnchorSet } from '@trustfleet/certificates';
import {
  alternativeNames,
  basicConstraints,
  commonName,
  extendedKeyUsage,
  extension,
  keyUsage,
  makeCertificate,
  makeKey,
  nameConstraints,
  NO_NAME,
  subjectKeyIdentifier,
  tlv,
  type CertificateWish,
} from '@trustfleet/certificates/testing';
import { describe, expect, it } from 'vitest';
import { chainStanding } from './chain-standing.ts';

const HOST = 'site.studio.test';
const AT = new Date('2026-11-22T09:00:00Z');
const NOW = AT.getTime() / 1000;
const [caKey, leafKey] = [makeKey('ec'), makeKey('ec')];
const NAME = commonName('Studio Issuing');
const NAMES = alternativeNames([`DNS:${HOST}`]);
const SERVER = '1.3.6.1.5.5.7.3.1';

const authority = (...more: Uint8Array[]): Uint8Array =>
  makeCertificate({
    ...{ subject: NAME, issuer: NAME, serial: 1, notBefore: NOW - 1000, notAfter: NOW + 100_000 },
    ...{ key: caKey, signer: caKey, digest: 'sha256', version: 3 },
    extensions: [basicConstraints(true, null), keyUsage(0x06), ...more],
  });

const leaf = (wish: Partial<CertificateWish> = {}): Uint8Array =>
  makeCertificate({
    ...{ subject: commonName(HOST), issuer: NAME, serial: 2, notBefore: NOW - 100, notAfter: NOW + 1000 },
    ...{ key: leafKey, signer: caKey, digest: 'sha256', version: 3, extensions: [NAMES] },
    ...wish,
  });

const PLAIN = authority();
const standing = (der: Uint8Array, { issuer = PLAIN, anchors = [] as Uint8Array[] } = {}): string | null =>
  chainStanding(anchors.length > 0 ? [der] : [der, issuer], {
    ...{ host: HOST, at: AT, anchors: createAnchorSet(anchors) },
  });
const BASE = standing(leaf());

describe('chainStanding', () => {
  it.each<[string, Partial<CertificateWish>]>([
    ['another serial', { serial: 77 }],
    ['other dates around now', { notBefore: NOW - 50, notAfter: NOW + 7000 }],
    ['another key of the same kind', { key: makeKey('ec') }],
    ['another name of the subject', { subject: commonName('pod-7') }],
    [
      'another name that is of no use here',
      { extensions: [alternativeNames([`DNS:${HOST}`, 'DNS:pod-7.test'])] },
    ],
  ])('does not tell apart: %s', (_name, wish) => {
    expect(standing(leaf(wish))).toBe(BASE);
    expect(BASE).not.toBeNull();
  });

  it.each<[string, Partial<CertificateWish>]>([
    ['a digest that some clients refuse', { digest: 'sha1' }],
    ['a key of another kind', { key: makeKey('ed25519') }],
    ['a key of another size', { key: makeKey(2048) }],
    ['a smaller key', { key: makeKey(1024) }],
    ['no name at all', { subject: NO_NAME }],
    ['no extensions', { version: 1, extensions: [] }],
    ['names that are critical', { extensions: [alternativeNames([`DNS:${HOST}`], true)] }],
    ['a star for the name', { extensions: [alternativeNames(['DNS:s*.studio.test'])] }],
    ['what it may be used for', { extensions: [NAMES, extendedKeyUsage(SERVER)] }],
    ['what its key may be used for', { extensions: [NAMES, keyUsage(0x80)] }],
    [
      'a key identifier where there was none',
      { extensions: [NAMES, subjectKeyIdentifier(Uint8Array.of(1))] },
    ],
    [
      'an extension that nobody knows and everybody must',
      { extensions: [NAMES, extension('1.2.3.4', true, tlv(0x05))] },
    ],
    ['it is over', { notAfter: NOW - 1 }],
    ['it is not valid yet', { notBefore: NOW + 1 }],
  ])('tells apart: %s', (_name, wish) => {
    expect(standing(leaf(wish))).not.toBe(BASE);
  });

  it('tells key identifiers apart by their being there alone', () => {
    const withIdentifier = (byte: number) =>
      standing(leaf({ extensions: [NAMES, subjectKeyIdentifier(Uint8Array.of(byte))] }));

    expect(withIdentifier(1)).toBe(withIdentifier(2));
  });

  it('takes an issuer from this host where none is presented, and says nothing where its signature is not there', () => {
    const [one, two] = [leaf(), leaf({ serial: 9 })];
    expect(standing(one, { anchors: [PLAIN] })).toBe(standing(two, { anchors: [PLAIN] }));
    expect(standing(one, { anchors: [PLAIN] })).not.toBeNull();

    expect(standing(leaf({ signer: makeKey('ec') }))).toBeNull();
    expect(chainStanding([one], { host: HOST, at: AT, anchors: createAnchorSet([]) })).toBeNull();
    expect(chainStanding([], { host: HOST, at: AT, anchors: createAnchorSet([]) })).toBeNull();
    expect(
      chainStanding([Uint8Array.of(1, 2)], { host: HOST, at: AT, anchors: createAnchorSet([]) }),
    ).toBeNull();
  });

  it('looks at every name where an authority may vouch for some only, presented or not', () => {
    const constrained = authority(nameConstraints(['DNS:studio.test'], []));
    const [one, more] = [leaf(), leaf({ extensions: [alternativeNames([`DNS:${HOST}`, 'DNS:x.test'])] })];

    expect(standing(one, { issuer: constrained })).not.toBe(standing(more, { issuer: constrained }));
    expect(standing(one, { issuer: constrained })).toBe(
      standing(leaf({ serial: 5 }), { issuer: constrained }),
    );
    expect(standing(one, { anchors: [constrained] })).not.toBe(standing(more, { anchors: [constrained] }));
  });
});
