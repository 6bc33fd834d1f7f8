import { bundleFile } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { describeBundle, sha256Hex, WELL_KNOWN_ROOTS } from './index.ts';

const read = (text: string) => ({
  state: 'read' as const,
  bytes: Buffer.from(text),
  size: text.length,
  realPath: '/real/ca.pem',
});

describe('describeBundle', () => {
  it('names the anchors of a bundle, its digest and where it is broken', () => {
    const [root] = WELL_KNOWN_ROOTS;
    const text = `${root!.pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;

    const { file, certificates } = describeBundle('/ca.pem', read(text));

    expect(bundleFile.parse(file)).toMatchObject({
      path: '/ca.pem',
      realPath: '/real/ca.pem',
      state: 'read',
      sha256: sha256Hex(Buffer.from(text)),
      anchors: [root!.sha256],
      opensslAccepts: false,
    });
    expect(file.problems[0]?.line).toBe(root!.pem.split('\n').length);
    expect(certificates.map(({ sha256 }) => sha256)).toEqual([root!.sha256]);
  });

  it.each(['missing', 'unreadable', 'notRegularFile', 'tooLarge'] as const)(
    'keeps why a file was %s, within the limits',
    (state) => {
      const { file, certificates } = describeBundle('/ca.pem', {
        state,
        detail: 'x'.repeat(2000),
        size: null,
        realPath: null,
      });

      expect(bundleFile.parse(file)).toMatchObject({
        state,
        anchors: [],
        sha256: null,
        opensslAccepts: false,
      });
      expect(certificates).toEqual([]);
    },
  );

  it('stays within the protocol’s limits for a file of broken blocks', () => {
    const { file } = describeBundle(
      '/ca.pem',
      read('-----BEGIN CERTIFICATE-----\n@\n-----END CERTIFICATE-----\n'.repeat(500)),
    );

    expect(bundleFile.safeParse(file).success).toBe(true);
  });
});
