import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_ROOT, makeTestHost, realPorts, type TestHost } from '../testing/host.ts';
import { makeP11Lab, type P11Lab } from '../testing/p11-lab.ts';
import { judge, type P11Standing } from './judge.ts';
import { readSources } from './read-sources.ts';

const LOCAL = 'etc/pki/ca-trust/source';
const VENDOR = 'usr/share/pki/ca-trust-source';
/** Where a file can lie, both paths. */
const PLACES = ['', 'anchors/', 'blocklist/'].flatMap((place) => [`${LOCAL}/${place}`, `${VENDOR}/${place}`]);

let host: TestHost;
let lab: P11Lab;
/** A certificate of its own with extendedKeyUsage emailProtection. */
let mailOnly: string;
let made: ReturnType<typeof makeConstrained>;

beforeAll(() => {
  host = makeTestHost('ID=fedora\n');
  lab = makeP11Lab(host.root, [host.at(LOCAL), host.at(VENDOR)]);
  mailOnly = openssl(
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
    ['-keyout', '/dev/null', '-subj', '/CN=Mail only', '-addext', 'extendedKeyUsage=emailProtection'],
  );
  made = makeConstrained();
});
afterAll(() => {
  host.remove();
});

/** By what they say of being an authority. */
function makeConstrained() {
  const config = host.at('openssl.cnf');
  const key = host.at('key.pem');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const version3 = (name: string, extension: string): string =>
    openssl(['req', '-x509', '-days', '30', '-config', config], fresh, [
      ...['-subj', `/CN=${name}`, '-addext', extension],
    ]);
  const authority = version3('Authority', 'basicConstraints=CA:TRUE');
  const ofAuthority = ['-CA', host.at('ca.pem'), '-CAkey', host.at('ca-key.pem'), '-set_serial', '7'];
  writeFileSync(host.at('ca.pem'), authority);
  writeFileSync(host.at('ca-key.pem'), readFileSync(key));
  const version1 = (name: string, signing: readonly string[]): string => {
    const request = host.at('request.pem');
    openssl(['req', '-new', '-config', config, '-subj', `/CN=${name}`, '-out', request], fresh);
    const pem = openssl(['x509', '-req', '-in', request, '-days', '30'], signing);
    writeFileSync(request, pem);
    expect(openssl(['x509', '-noout', '-text', '-in', request])).toContain('Version: 1 ');
    return pem;
  };
  return {
    authority,
    leaf: version3('Leaf', 'basicConstraints=critical,CA:FALSE'),
    unconstrained: version3('Version 3, unconstrained', 'keyUsage=keyCertSign'),
    broken: version3('Broken constraints', 'basicConstraints=DER:05:00'),
    trailing: version3('Broken after the flag', 'basicConstraints=DER:30:05:01:01:ff:05:00'),
    ownVersion1: version1('Version 1, its own', ['-signkey', key]),
    // To p11-kit it is its own by the names alone.
    namedVersion1: version1('Authority', ofAuthority),
    issuedVersion1: version1('Version 1, issued', ofAuthority),
  };
}

/** A section that staples basicConstraints to the key of a certificate, as it is encoded in hex. */
function stapled(pem: string, der: string): string {
  const file = host.at('stapled.pem');
  writeFileSync(file, pem);
  const key = openssl(['x509', '-noout', '-pubkey', '-in', file]);
  const value = der.replaceAll(/../g, '%$&');
  return `[p11-kit-object-v1]\nclass: x-certificate-extension\nobject-id: 2.5.29.19\nvalue: "${value}"\n${key}\n`;
}
/** Extension ::= SEQUENCE { extnID 2.5.29.19, critical TRUE for the first, extnValue } */
const CA_TRUE = '300f0603551d130101ff040530030101ff';
const CA_FALSE = '30090603551d1304023000';

/** A section that makes the certificate an anchor. */
function anchored(pem: string, ...fields: readonly string[]): string {
  return `${['[p11-kit-object-v1]', 'trusted: true', ...fields].join('\n')}\n${pem}\n`;
}

function openssl(...args: readonly (readonly string[])[]): string {
  return execFileSync('/usr/bin/openssl', args.flat(), {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** OpenSSL's own form of a root, as p11-kit reads it. */
function trustedForm(pem: string, ...settings: readonly string[]): string {
  return execFileSync('/usr/bin/openssl', ['x509', '-trustout', ...settings], {
    input: pem,
    encoding: 'utf8',
  });
}

const digestOf = (pem: string): string => sha256Hex(pemToDer(pem));

function place(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const path of [LOCAL, VENDOR]) {
    rmSync(host.at(path), { recursive: true, force: true });
    mkdirSync(host.at(path), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) host.put(path, content);
}

async function standings(): Promise<P11Standing[]> {
  const { tokens } = await readSources(realPorts(), [
    { path: host.at(LOCAL), origin: 'local' },
    { path: host.at(VENDOR), origin: 'vendor' },
  ]);
  return judge(tokens);
}

async function ours(trust: P11Standing['trust']): Promise<string[]> {
  return (await standings()).filter((standing) => standing.trust === trust).map(({ sha256 }) => sha256);
}

async function expectAgreement(): Promise<void> {
  expect(await ours('servers')).toEqual(lab.extract('--filter=ca-anchors', '--purpose=server-auth'));
}

const [first, second, third, fourth] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('four roots are needed');

describe.skipIf(!IS_ROOT)(
  'sources, judged as the real trust module judges them (needs root and p11-kit)',
  () => {
    it('takes every format from wherever it lies', async () => {
      place({
        [`${LOCAL}/anchors/two.pem`]: `# by hand\r\n${first.pem.replaceAll('\n', '\r\n')}${second.pem}`,
        [`${LOCAL}/anchors/der.cer`]: pemToDer(third.pem),
        [`${LOCAL}/anchors/README`]: 'Put anchors here.\n',
        [`${LOCAL}/anchors/broken.pem`]: `${fourth.pem.slice(0, 400)}\n-----END CERTIFICATE-----\n`,
        [`${LOCAL}/neither.pem`]: fourth.pem,
      });
      await expectAgreement();
      expect(await ours('servers')).toEqual([first, second, third].map(({ sha256 }) => sha256).toSorted());
      expect(await standings()).toContainEqual(
        expect.objectContaining({
          sha256: fourth.sha256,
          trust: 'otherPurposes',
          purposes: [],
          path: host.at(`${LOCAL}/neither.pem`),
        }),
      );
    });

    it('reads the format of ca-bundle.trust.p11-kit, with purposes that are pinned to a key', async () => {
      place({
        [`${VENDOR}/source.pem`]:
          trustedForm(first.pem, '-addtrust', 'emailProtection', '-setalias', 'Mail only, by policy') +
          trustedForm(second.pem, '-addtrust', 'serverAuth', '-addtrust', 'emailProtection') +
          trustedForm(third.pem, '-addreject', 'serverAuth'),
      });
      await expectAgreement();
      const asPem = await standings();
      // The same objects in p11-kit's own words, as the real tool writes them.
      const dump = lab.trust('dump', '--filter=all');
      place({ [`${VENDOR}/ca-bundle.trust.p11-kit`]: `# made by the tool\n${dump}` });
      await expectAgreement();
      expect(await standings()).toEqual(
        asPem.map((standing) => ({
          ...standing,
          path: host.at(`${VENDOR}/ca-bundle.trust.p11-kit`),
          label: expect.any(String) as string,
        })),
      );
      expect(asPem).toContainEqual(
        expect.objectContaining({
          sha256: first.sha256,
          trust: 'otherPurposes',
          purposes: ['email'],
          label: 'Mail only, by policy',
        }),
      );
      expect(asPem).toContainEqual(expect.objectContaining({ sha256: third.sha256, trust: 'distrusted' }));
    });

    it('knows what is blocked by its key, or by issuer and serial number, from any file', async () => {
      place({ [`${LOCAL}/anchors/a.pem`]: first.pem, [`${LOCAL}/anchors/b.pem`]: second.pem });
      const dump = lab.trust('dump', '--filter=all');
      const fields = /^serial-number: .*$/m.exec(sectionOf(dump, 'Amazon Root CA 1'))?.[0] ?? '';
      const issuer = /^issuer: .*$/m.exec(sectionOf(dump, 'Amazon Root CA 1'))?.[0] ?? '';
      const key = openssl(['x509', '-pubkey', '-noout', '-in', host.at(`${LOCAL}/anchors/b.pem`)]);
      place({
        [`${VENDOR}/anchors/a.pem`]: first.pem + second.pem + third.pem,
        [`${LOCAL}/blocked.p11-kit`]: [
          `[p11-kit-object-v1]\nclass: certificate\ncertificate-type: x-509\n${issuer}\n${fields}\nx-distrusted: true\n`,
          `[p11-kit-object-v1]\nclass: certificate\ncertificate-type: x-509\nx-distrusted: true\n${key}`,
        ].join('\n'),
      });
      await expectAgreement();
      expect(await ours('servers')).toEqual([third.sha256]);
      expect(await standings()).toContainEqual(
        expect.objectContaining({
          sha256: first.sha256,
          trust: 'distrusted',
          origin: 'local',
          path: host.at(`${LOCAL}/blocked.p11-kit`),
        }),
      );
    });

    it('takes the certificates alone of a file in p11-kit form that is broken', async () => {
      place({ [`${LOCAL}/anchors/a.pem`]: first.pem });
      const dump = lab.trust('dump', '--filter=all');
      place({
        [`${VENDOR}/broken.p11-kit`]: `${dump}\nthis line has no end\n`,
        [`${VENDOR}/anchors/c.pem`]: third.pem,
      });
      await expectAgreement();
      expect(await ours('servers')).toEqual([third.sha256]);
      const { problems } = await readSources(realPorts(), [{ path: host.at(VENDOR), origin: 'vendor' }]);
      expect(problems).toEqual([expect.stringContaining('broken.p11-kit, line') as string]);
      const header = '[p11-kit-object-v1]\n';
      const texts = [
        // What a client of FreeIPA keeps as its authority's certificates (p11-kit's issue 205).
        `${first.pem}# This file was created by IPA.\n\n${header}trusted: true\n${second.pem}`,
        `${header}x-distrusted: true\n${first.pem}\n${second.pem}this line has no end\n`,
        `${header}trusted: false\n${first.pem}\n[unfinished\n${second.pem}`,
        header + trustedForm(first.pem, '-addtrust', 'serverAuth') + second.pem,
      ];
      for (const text of texts) {
        place({ [`${LOCAL}/anchors/broken.p11-kit`]: text });
        await expectAgreement();
        expect(await ours('servers')).toEqual([first.sha256, second.sha256].toSorted());
        place({ [`${LOCAL}/broken.p11-kit`]: text });
        await expectAgreement();
      }
    });

    it('takes the purposes of a key that are loaded first', async () => {
      const servers = trustedForm(first.pem, '-addtrust', 'serverAuth', '-addreject', 'emailProtection');
      const mail = trustedForm(first.pem, '-addtrust', 'emailProtection');
      const plain = `${LOCAL}/certificate.pem`;
      const anchor = `${LOCAL}/anchors/certificate.pem`;
      // The directory itself is loaded before anchors/, and a file from its top.
      const cases: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
        [{ [plain]: servers, [anchor]: mail }, [first.sha256]],
        [{ [plain]: mail, [anchor]: servers }, []],
        [{ [plain]: mail, [anchor]: first.pem }, []],
        [{ [anchor]: servers + mail }, [first.sha256]],
        [{ [anchor]: mail + servers }, []],
        // Only within one path: the first in which it is an anchor decides.
        [{ [anchor]: mail, [`${VENDOR}/certificate.pem`]: servers }, []],
        [{ [plain]: first.pem, [`${VENDOR}/certificate.pem`]: servers }, [first.sha256]],
      ];
      for (const [files, expected] of cases) {
        place(files);
        await expectAgreement();
        expect(await ours('servers')).toEqual(expected);
      }
    });

    it('limits an anchor to the purposes of its own, which is no distrust', async () => {
      place({ [`${LOCAL}/anchors/mail.pem`]: mailOnly });
      await expectAgreement();
      expect(await standings()).toEqual([
        expect.objectContaining({
          sha256: digestOf(mailOnly),
          trust: 'otherPurposes',
          purposes: ['email'],
        }),
      ]);
    });

    it('takes for an anchor what is an authority by itself', async () => {
      const cases = [
        [made.authority, true],
        [made.leaf, false],
        [made.unconstrained, false],
        [made.broken, false],
        [made.trailing, false],
        [made.ownVersion1, true],
        [made.namedVersion1, true],
        [made.issuedVersion1, false],
      ] as const;
      for (const [pem, isAnchor] of cases) {
        place({ [`${LOCAL}/plain.pem`]: pem, [`${LOCAL}/anchors/certificate.pem`]: pem });
        await expectAgreement();
        expect(await standings()).toEqual([
          expect.objectContaining({
            sha256: digestOf(pem),
            path: host.at(`${LOCAL}/anchors/certificate.pem`),
            ...(isAnchor ? { trust: 'servers', purposes: null } : { trust: 'otherPurposes', purposes: [] }),
          }),
        ]);
      }
    });

    it('takes for an anchor what a source says is an authority', async () => {
      const { authority, leaf, ownVersion1, issuedVersion1 } = made;
      const anchor = `${LOCAL}/anchors/certificate.pem`;
      const before = `${LOCAL}/constraints.p11-kit`;
      const after = `${LOCAL}/blocklist/constraints.p11-kit`;
      const category = (word: string): string => `certificate-category: ${word}`;
      const one = (text: string): Record<string, string> => ({ [`${LOCAL}/source.p11-kit`]: text });
      const cases: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
        [{ [before]: stapled(leaf, CA_TRUE), [anchor]: leaf }, [leaf]],
        [{ [after]: stapled(leaf, CA_TRUE), [anchor]: leaf }, [leaf]],
        [{ [before]: stapled(issuedVersion1, CA_TRUE), [anchor]: issuedVersion1 }, [issuedVersion1]],
        [{ [before]: stapled(authority, CA_FALSE), [anchor]: authority }, []],
        [{ [after]: stapled(ownVersion1, CA_FALSE), [anchor]: ownVersion1 }, []],
        [{ [before]: stapled(leaf, CA_TRUE).replace(/^object-id.*\n/m, ''), [anchor]: leaf }, [leaf]],
        // The first holds.
        [{ [before]: stapled(leaf, CA_TRUE) + stapled(leaf, CA_FALSE), [anchor]: leaf }, [leaf]],
        [{ [before]: stapled(leaf, CA_FALSE), [anchor]: leaf, [after]: stapled(leaf, CA_TRUE) }, []],
        // Only the value, as p11-kit before 0.23 had it.
        [{ [before]: stapled(authority, '30030101ff'), [anchor]: authority }, []],
        // Only within one path, and the first in which it is an anchor decides.
        [{ [`${VENDOR}/constraints.p11-kit`]: stapled(leaf, CA_TRUE), [anchor]: leaf }, []],
        [{ [anchor]: leaf, [`${VENDOR}/source.p11-kit`]: stapled(leaf, CA_TRUE) + anchored(leaf) }, [leaf]],
        // The category that the source gives it holds over constraints loaded before it, and under those of its own file and later.
        [one(anchored(leaf, category('authority'))), [leaf]],
        [one(anchored(leaf, category('2'))), [leaf]],
        [one(anchored(authority, category('other-entry'))), []],
        [one(stapled(leaf, CA_FALSE) + anchored(leaf, category('authority'))), []],
        [one(anchored(leaf, category('other-entry')) + stapled(leaf, CA_TRUE)), [leaf]],
        [
          { [before]: stapled(leaf, CA_FALSE), [`${anchor}.p11-kit`]: anchored(leaf, category('authority')) },
          [leaf],
        ],
        [
          { [after]: stapled(leaf, CA_FALSE), [`${anchor}.p11-kit`]: anchored(leaf, category('authority')) },
          [],
        ],
      ];
      for (const [index, [files, expected]] of cases.entries()) {
        place(files);
        await expectAgreement();
        expect(await ours('servers'), `case ${index}`).toEqual(expected.map(digestOf));
      }
    });

    it('agrees on any tree', { timeout: 240_000 }, async () => {
      const contents = [
        first.pem,
        second.pem,
        first.pem + third.pem,
        mailOnly,
        made.leaf,
        made.ownVersion1,
        made.issuedVersion1,
        made.authority + made.namedVersion1,
        trustedForm(made.leaf, '-addtrust', 'serverAuth'),
        stapled(made.leaf, CA_TRUE) + anchored(made.authority, 'certificate-category: other-entry'),
        anchored(made.leaf, 'certificate-category: authority') + stapled(made.authority, CA_FALSE),
        trustedForm(first.pem, '-addtrust', 'emailProtection'),
        trustedForm(first.pem, '-addtrust', 'serverAuth', '-addreject', 'emailProtection'),
        trustedForm(second.pem, '-addreject', 'serverAuth'),
        trustedForm(third.pem, '-addtrust', 'anyExtendedKeyUsage'),
        trustedForm(third.pem, '-addtrust', 'emailProtection') +
          trustedForm(third.pem, '-addtrust', 'serverAuth'),
      ];
      const files = fc.uniqueArray(
        fc.record({ place: fc.constantFrom(...PLACES), content: fc.constantFrom(...contents) }),
        // One file a place: within a directory p11-kit takes the order of the file system, which is none.
        { selector: ({ place: where }) => where, maxLength: 5 },
      );
      await fc.assert(
        fc.asyncProperty(files, async (tree) => {
          place(
            Object.fromEntries(tree.map(({ place: where, content }) => [`${where}certificate.pem`, content])),
          );
          await expectAgreement();
        }),
        { numRuns: 40 },
      );
      expect(readFileSync(host.at('p11-modules/p11-kit-trust.module'), 'utf8')).toContain(LOCAL);
    });
  },
);

/** The first section of a dump with this label that holds a serial number. */
function sectionOf(dump: string, label: string): string {
  const found = dump
    .split('[p11-kit-object-v1]')
    .find((section) => section.includes(`label: "${label}"`) && section.includes('serial-number: '));
  if (found === undefined) throw new Error(`${label} is not in the dump`);
  return found;
}
