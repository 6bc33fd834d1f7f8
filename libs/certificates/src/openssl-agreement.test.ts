import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParsedBundle, parseBundle, pemToDer, sha256Hex, toPem, WELL_KNOWN_ROOTS } from './index.ts';

/**
 * `opensslAccepts` and `anchors` against the real thing: Python's `load_verify_locations(cafile=…)`, which is OpenSSL's
 * X509_load_cert_crl_file. One Python for many files; it prints one JSON array, an entry per file.
 */
const PYTHON = `
import hashlib, json, ssl, sys
out = []
for path in sys.argv[1:]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
        authorities = sorted(hashlib.sha256(der).hexdigest() for der in context.get_ca_certs(binary_form=True))
        out.append({"accepts": True, "loaded": context.cert_store_stats()["x509"], "authorities": authorities})
    except ssl.SSLError as error:
        out.append({"accepts": False, "error": str(error)})
print(json.dumps(out))
`;

interface Verdict {
  accepts: boolean;
  /** Certificates in the store, whatever they are. */
  loaded?: number;
  /** Those that say CA: Python shows no others. */
  authorities?: string[];
  error?: string;
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-bundle-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function askPython(files: readonly Uint8Array[]): Verdict[] {
  const paths = files.map((bytes, index) => {
    const file = path.join(directory, `${index}.pem`);
    writeFileSync(file, bytes);
    return file;
  });
  const options = {
    env: { PATH: process.env['PATH'] ?? '' },
    timeout: 60_000,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  } as const;
  return JSON.parse(execFileSync('python3', ['-c', PYTHON, ...paths], options)) as Verdict[];
}

function expectAgreement(files: readonly Uint8Array[]): void {
  expectVerdicts(files, askPython(files));
}

function expectVerdicts(files: readonly Uint8Array[], verdicts: readonly Verdict[]): void {
  expect(verdicts).toHaveLength(files.length);
  for (const [index, bytes] of files.entries()) {
    const parsed = parseBundle(bytes);
    const { opensslAccepts, anchors, certificates } = parsed;
    const { accepts, loaded, authorities } = verdicts[index]!;
    const text = Buffer.from(bytes).toString('latin1');
    expect({ text, accepts: opensslAccepts }).toEqual({ text, accepts });
    if (!opensslAccepts) continue;
    // OpenSSL loads also what its own settings keep from vouching for servers.
    const limited = certificates.filter((one) => one.trust !== 'servers' && !isPassedOver(parsed, one));
    const all = new Set([...anchors, ...limited.map(({ sha256 }) => sha256)]);
    expect({ text, loaded: all.size }).toEqual({ text, loaded });
    // Damage may have hit basicConstraints: then Python loads it, but does not list it.
    const written = certificates.filter(({ sha256 }) => all.has(sha256)).map(writtenAnew);
    expect(written).toEqual(expect.arrayContaining(authorities!));
  }
}

const isPassedOver = ({ problems }: ParsedBundle, { line }: { readonly line: number }): boolean =>
  problems.some((problem) => problem.line === line && problem.reason.includes('passes over'));

/** Python's digest is of what OpenSSL writes anew: damage that it overlooks (a NULL with another tag) is not in it. */
const writtenAnew = ({ der }: { readonly der: Uint8Array }): string =>
  sha256Hex(new X509Certificate(toPem(der)).raw);

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const roots = WELL_KNOWN_ROOTS.map(({ pem }) => pem);
const [A, B, C] = roots as [string, string, string];
const inside = (pem: string): string => pem.split('\n').slice(1, -2).join('\n');
const block = (label: string, body: string): string =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const withAux = (pem: string, aux: readonly number[]): string =>
  inside(toPem(Buffer.concat([pemToDer(pem), Uint8Array.from(aux)])));

const trusted = (pem: string, aux: readonly number[]): string =>
  block('TRUSTED CERTIFICATE', withAux(pem, aux));
const EMAIL = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
const SERVER_AUTH = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/** Ways in which a block is met in the field, and ways in which it is broken. */
const VARIANTS: Readonly<Record<string, (pem: string) => string>> = {
  plain: (pem) => pem,
  crlf: (pem) => pem.replaceAll('\n', '\r\n'),
  byteOrderMark: (pem) => `\u00ef\u00bb\u00bf${pem}`,
  comment: (pem) => `# Subject: somebody\n# 2026\n\n${pem}`,
  commentAtEnd: (pem) => `${pem}\n\n some words: here\n`,
  longComment: (pem) => `#${'x'.repeat(700)}\n${pem}`,
  beginAtPieceBoundary: (pem) => `${'x'.repeat(254)}${pem}`,
  beginOnePastBoundary: (pem) => `${'x'.repeat(255)}${pem}`,
  beginTwoPiecesOn: (pem) => `${'x'.repeat(508)}${pem}`,
  oneLongLine: (pem) => block('CERTIFICATE', inside(pem).replaceAll('\n', '')),
  lineOf254: (pem) =>
    block(
      'CERTIFICATE',
      inside(pem)
        .replaceAll('\n', '')
        .replace(/(.{254})/g, '$1\n'),
    ),
  lineOf253: (pem) =>
    block(
      'CERTIFICATE',
      inside(pem)
        .replaceAll('\n', '')
        .replace(/(.{253})/g, '$1\n'),
    ),
  linesOf76: (pem) =>
    block(
      'CERTIFICATE',
      inside(pem)
        .replaceAll('\n', '')
        .replace(/(.{76})/g, '$1\n'),
    ),
  indentedBody: (pem) => block('CERTIFICATE', inside(pem).replaceAll('\n', '\n  ')),
  indented: (pem) => pem.replace(/^(?=.)/gm, '  '),
  indentedEnd: (pem) => pem.replace('-----END', '  -----END'),
  trailingSpaces: (pem) => pem.replaceAll('\n', ' \t\n'),
  trailingNoBreakSpace: (pem) => pem.replaceAll('\n', '\u00a0\n'),
  noBreakSpaceInside: (pem) => pem.replace(/(\n.{20})/, '$1\u00a0'),
  spaceInside: (pem) => pem.replace(/(\n.{20})/, '$1 '),
  x509Label: (pem) => pem.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE'),
  trustedLabel: (pem) => pem.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE'),
  trustedWithAux: (pem) => block('TRUSTED CERTIFICATE', withAux(pem, [0x30, 0x00])),
  trustedForServers: (pem) => trusted(pem, [0x30, 0x0c, 0x30, 0x0a, ...SERVER_AUTH]),
  trustedForMail: (pem) => trusted(pem, [0x30, 0x0c, 0x30, 0x0a, ...EMAIL]),
  trustedForNothing: (pem) => trusted(pem, [0x30, 0x02, 0x30, 0x00]),
  rejectedForServers: (pem) => trusted(pem, [0x30, 0x0c, 0xa0, 0x0a, ...SERVER_AUTH]),
  trustedWithAlias: (pem) => trusted(pem, [0x30, 0x04, 0x0c, 0x02, 0x4d, 0x65]),
  trustedWithMoreBehind: (pem) => trusted(pem, [0x30, 0x00, 0x01, 0x02]),
  trustedGarbage: (pem) => trusted(pem, [0x01, 0x02, 0x03]),
  trustedCutShort: (pem) => trusted(pem, [0x30, 0x0c, 0x30, 0x0a, ...EMAIL.slice(0, 4)]),
  trustedOutOfOrder: (pem) => trusted(pem, [0x30, 0x06, 0x0c, 0x02, 0x4d, 0x65, 0x30, 0x00]),
  trustedTwice: (pem) => trusted(pem, [0x30, 0x04, 0x30, 0x00, 0x30, 0x00]),
  trustedNoIdentifier: (pem) => trusted(pem, [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x01]),
  trustedBadIdentifier: (pem) => trusted(pem, [0x30, 0x05, 0x30, 0x03, 0x06, 0x01, 0x80]),
  trustedUnknownPart: (pem) => trusted(pem, [0x30, 0x03, 0xa7, 0x01, 0x00]),
  trailingBytes: (pem) => block('CERTIFICATE', withAux(pem, [0x01, 0x02, 0x03])),
  blankAfterBegin: (pem) => pem.replace('-----\n', '-----\n\n'),
  twoBlanksAfterBegin: (pem) => pem.replace('-----\n', '-----\n\n\n'),
  blankBeforeEnd: (pem) => pem.replace('\n-----END', '\n\n-----END'),
  blankInside: (pem) => pem.replace(/(\n.{64}\n)/, '$1\n'),
  blankAfterBeginOneLine: (pem) => block('CERTIFICATE', `\n${inside(pem).replaceAll('\n', '')}`),
  headerInside: (pem) => pem.replace('-----\n', '-----\nComment: mine\n\n'),
  headerWithoutBlank: (pem) => pem.replace('-----\n', '-----\nComment: mine\n'),
  noEnd: (pem) => pem.replace(/-----END.*\n/, ''),
  noBegin: (pem) => pem.replace(/-----BEGIN.*\n/, ''),
  noFinalNewline: (pem) => pem.trimEnd(),
  shortEnd: (pem) => pem.replace('-----END CERTIFICATE-----', '-----END CERTIFICATE----'),
  shortBegin: (pem) => pem.replace('-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----'),
  longEnd: (pem) => pem.replace('-----END CERTIFICATE-----', '-----END CERTIFICATE------'),
  otherEndLabel: (pem) => pem.replace('END CERTIFICATE', 'END X509 CERTIFICATE'),
  cutInLine: (pem) => pem.slice(0, 500),
  cutAtLine: (pem) => pem.split('\n').slice(0, 6).join('\n'),
  cutButEnded: (pem) => `${pem.split('\n').slice(0, 6).join('\n')}\n-----END CERTIFICATE-----\n`,
  lostCharacter: (pem) => pem.replace(/(\n.{20})./, '$1'),
  lostFourCharacters: (pem) => pem.replace(/(\n.{20}).{4}/, '$1'),
  foreignCharacter: (pem) => pem.replace(/(\n.{20})./, '$1*'),
  dashInside: (pem) => pem.replace(/(\n.{20})./, '$1-'),
  dashOnMultipleOfFour: (pem) => pem.replace(/(\n.{64}\n.{20})./, '$1-'),
  paddingInside: (pem) => pem.replace(/(\n.{20})../, '$1=='),
  threePaddings: (pem) => pem.replace('\n-----END', '===\n-----END'),
  wrongTag: (pem) => block('CERTIFICATE', inside(pem).replace(/^MII/, 'NII')),
  emptyBlock: () => block('CERTIFICATE', ''),
  emptyBlockWithoutLine: () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  otherBlock: () => block('EC PARAMETERS', 'BggqhkjOPQMBBw=='),
  otherBlockEmpty: () => '-----BEGIN THING-----\n-----END THING-----\n',
  otherBlockDamaged: () => block('EC PARAMETERS', 'Bggq*kjOPQMBBw=='),
  otherBlockUnended: () => '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n',
  joinedLine: (pem) => `${pem.trimEnd()}${pem}`,
  carriageReturnsOnly: (pem) => pem.replaceAll('\n', '\r'),
  controlCharacter: (pem) => pem.replace(/(\n.{20})./, '$1\u0007'),
  nulInside: (pem) => pem.replace(/(\n.{20})./, '$1\u0000'),
  escapedNewlines: (pem) => pem.replaceAll('\n', '\\n'),
  onlyWords: () => 'this is not the file you look for\n',
};

/** Alone, first, in the middle, last. */
const placed = (met: string): Uint8Array[] => [met, `${met}${A}`, `${A}${met}`, `${A}${met}${C}`].map(latin1);

describe('agreement with OpenSSL', () => {
  let verdicts: Verdict[];
  beforeAll(() => {
    verdicts = askPython(Object.values(VARIANTS).flatMap((variant) => placed(variant(B))));
  });

  it.each(Object.entries(VARIANTS).map(([name, variant], index) => ({ name, variant, index })))(
    '$name: alone, first, in the middle, last',
    ({ variant, index }) => {
      expectVerdicts(placed(variant(B)), verdicts.slice(index * 4, index * 4 + 4));
    },
  );

  it('any mixture of them', () => {
    const piece = fc
      .tuple(fc.constantFrom(...Object.values(VARIANTS)), fc.constantFrom(...roots))
      .map(([variant, pem]) => variant(pem));
    const file = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => latin1(pieces.join('')));

    fc.assert(
      fc.property(fc.array(file, { minLength: 150, maxLength: 200 }), (files) => {
        expectAgreement(files);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('any damage of one or two bytes', () => {
    const pair = `# two\n${A}${B}`;
    const damage = fc.array(fc.tuple(fc.nat(pair.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 2,
    });
    const file = damage.map((places) => {
      const bytes = latin1(pair);
      for (const [at, value] of places) bytes[at] = value;
      return bytes;
    });

    fc.assert(
      fc.property(fc.array(file, { minLength: 150, maxLength: 200 }), (files) => {
        expectAgreement(files);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
