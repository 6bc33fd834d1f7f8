import { describe, expect, it } from 'vitest';
import { catalogue, issuing, oldRoot, others, publicRoot, root } from '../testing/cause-pki.ts';
import { catalogueOf, issuerAt, server } from '../testing/trust-lab.ts';
import { cameLater, releaseOf } from './bundle-release.ts';
import { issuerUrls } from './issuer-urls.ts';

const sha256s = (list: readonly { readonly sha256: string }[]): string[] => list.map(({ sha256 }) => sha256);

describe('the release that a bundle comes from', () => {
  it('is that of its youngest root, also where somebody appended to it', () => {
    expect(releaseOf(sha256s(others), catalogue)).toEqual({
      from: { version: '2018.01.18', date: '2018-01-18' },
      before: null,
    });
    expect(releaseOf(sha256s([...others, root]), catalogue)?.from.version).toBe('2018.01.18');
    expect(releaseOf(sha256s([...others, publicRoot]), catalogue)?.from.version).toBe('2022.05.18');
  });

  it('is older than the release with which one of its roots left', () => {
    const left = catalogueOf([...others.map((one) => [one, '2018.01.18', '2021.05.30'] as const)]);

    expect(releaseOf(sha256s(others), left)?.before?.version).toBe('2021.05.30');
  });

  it('is none for a studio’s own few', () => {
    expect(releaseOf(sha256s([oldRoot, root]), catalogue)).toBeNull();
  });

  it('tells what came later', () => {
    const release = releaseOf(sha256s(others), catalogue)!;

    expect(cameLater(catalogue.bySha256(publicRoot.sha256)!, release)).toBe(true);
    expect(cameLater(catalogue.bySha256(oldRoot.sha256)!, release)).toBe(false);
  });
});

describe('where the issuer’s certificate is to be had', () => {
  it('stands in the certificate, or nowhere', () => {
    expect(issuerUrls(server(issuing, { more: [issuerAt('http://ca.example/a.crt')] }).der)).toEqual([
      'http://ca.example/a.crt',
    ]);
    expect(issuerUrls(root.der)).toEqual([]);
    expect(issuerUrls(Uint8Array.of(0x30, 3, 1, 2, 3))).toEqual([]);
  });
});
