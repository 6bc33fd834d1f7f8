import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedBundle, parseBundle, pemToDer, WELL_KNOWN_ROOTS } from './index.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const [amazon1, amazon2, amazon3, , starfield] = WELL_KNOWN_ROOTS;
const A = amazon1!.pem;
const B = amazon2!.pem;
const C = amazon3!.pem;
const lineCount = (pem: string): number => pem.split('\n').length - 1;

describe('parseBundle: the file as a whole', () => {
  const utf16 = Buffer.from(A, 'utf16le');
  it.each([
    ['no bytes', new Uint8Array(), 'empty'],
    ['white space and a byte order mark', utf8('\ufeff \r\n\t\n'), 'empty'],
    ['UTF-16 with a mark, as PowerShell writes', Buffer.concat([Uint8Array.of(0xff, 0xfe), utf16]), 'utf16'],
    [
      'UTF-16 big endian with a mark',
      Buffer.concat([Uint8Array.of(0xfe, 0xff), Buffer.from(utf16).swap16()]),
      'utf16',
    ],
    ['UTF-16 without a mark', utf16, 'utf16'],
    ['UTF-16 big endian without a mark', Buffer.from(utf16).swap16(), 'utf16'],
    ['DER', pemToDer(A), 'der'],
    ['a short DER', Uint8Array.of(0x30, 0x81, 0x80, 0x02), 'der'],
    ['words', utf8('<html><body>Log in to the proxy</body></html>'), 'noCertificates'],
    ['a zero among words', utf8('0 certificates\n'), 'noCertificates'],
    ['only a key', utf8('-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n'), 'noCertificates'],
    ['one certificate', utf8(A), 'read'],
  ])('%s → %s', (_name, bytes, state) => {
    const parsed = parseBundle(bytes);

    expect(parsed.state).toBe(state);
    expect(parsed.opensslAccepts).toBe(state === 'read');
    expect(parsed.anchors).toHaveLength(state === 'read' ? 1 : 0);
  });

  it('reads a view into a larger buffer, not the buffer', () => {
    const whole = utf8(`${A}${B}`);

    expect(parseBundle(whole.subarray(A.length)).anchors).toEqual([amazon2!.sha256]);
  });
});

describe('parseBundle: files that programs do not take as a bundle', () => {
  const little = Buffer.from(`\ufeff# ours\r\n${A}${B}`, 'utf16le');
  it.each([
    ['little endian', little],
    ['big endian', Buffer.from(little).swap16()],
    ['without a mark', little.subarray(2)],
    ['big endian without a mark', Buffer.from(little).swap16().subarray(2)],
    ['with half a character at its end', Buffer.concat([little, Uint8Array.of(0x0d)])],
  ])('UTF-16 %s: its certificates can be seen, none is an anchor', (_name, bytes) => {
    const parsed = parseBundle(bytes);

    expect(parsed.certificates.map(({ sha256, line }) => [sha256, line])).toEqual([
      [amazon1!.sha256, 2],
      [amazon2!.sha256, 2 + lineCount(A)],
    ]);
    expect(parsed).toMatchObject({ state: 'utf16', anchors: [], opensslAccepts: false });
    expect(parsed.problems.map(({ line }) => line)).toEqual([1]);
    expect(parsed.problems[0]?.reason).toContain('save it as plain text');
  });

  it('UTF-16 with a damaged block says where', () => {
    const { problems, certificates } = parseBundle(
      Buffer.from(`\ufeff${A}${B.replace(/(\n.{20})./, '$1\u0416')}`, 'utf16le'),
    );

    expect(certificates).toHaveLength(1);
    expect(problems.map(({ line }) => line)).toEqual([1, lineCount(A) + 2]);
    expect(problems[1]?.reason).toContain('code 0x416');
  });

  it('one certificate in binary can be seen, and is no anchor', () => {
    const parsed = parseBundle(pemToDer(A));

    expect(parsed.certificates).toMatchObject([{ sha256: amazon1!.sha256, line: 1 }]);
    expect(parsed).toMatchObject({ state: 'der', anchors: [], opensslAccepts: false });
    expect(parsed.problems.map(({ line }) => line)).toEqual([1]);
    expect(parsed.problems[0]?.reason).toContain('convert it to PEM');
  });

  it.each([
    ['cut short', pemToDer(A).slice(0, -1)],
    ['with bytes behind it', Buffer.concat([pemToDer(A), Uint8Array.of(0)])],
    ['of something else', Uint8Array.of(0x30, 0x81, 0x80, ...new Uint8Array(0x80))],
  ])('binary %s holds none', (_name, bytes) => {
    expect(parseBundle(bytes)).toMatchObject({ state: 'der', certificates: [], opensslAccepts: false });
  });
});

describe('parseBundle: its blocks', () => {
  it('names what stands in it again, with both lines; that is no problem', () => {
    const parsed = parseBundle(utf8(`${A}${B}${A}${A}`));

    expect(parsed.duplicates).toEqual([
      { line: 1 + lineCount(A) + lineCount(B), firstLine: 1 },
      { line: 1 + 2 * lineCount(A) + lineCount(B), firstLine: 1 },
    ]);
    expect(parsed).toMatchObject({ problems: [], opensslAccepts: true });
    expect(parseBundle(utf8(A.repeat(300))).duplicates).toHaveLength(100);
  });

  it('gives each certificate with its line, and sorted anchors without duplicates', () => {
    const parsed = parseBundle(utf8(`# first\n${A}\n# again\r\n${A.replaceAll('\n', '\r\n')}${B}`));

    expect(parsed.certificates.map(({ sha256, line }) => [sha256, line])).toEqual([
      [amazon1!.sha256, 2],
      [amazon1!.sha256, 2 + lineCount(A) + 2],
      [amazon2!.sha256, 2 + lineCount(A) + 2 + lineCount(A)],
    ]);
    expect(parsed.anchors).toEqual([amazon1!.sha256, amazon2!.sha256].sort());
    expect(parsed.problems).toEqual([]);
    expect(Buffer.from(parsed.certificates[2]!.der)).toEqual(Buffer.from(pemToDer(B)));
  });

  const damages: [string, (pem: string) => string, number, RegExp][] = [
    ['the file ends in a block', (pem) => pem.slice(0, 400), 1, /file ends before this block/],
    ['a block without an end', (pem) => pem.replace(/-----END.*\n/, ''), 1, /next block begins in line \d+/],
    ['base64 cut short', (pem) => pem.replace(/(\n.{20})./, '$1'), 1, /base64 is cut short/],
    ['a character that is none of base64', (pem) => pem.replace(/(\n.{64}\n.{20})./, '$1*'), 3, /code 0x2a/],
    ['padding in the middle', (pem) => pem.replace(/(\n.{64}\n.{20})../, '$1=='), 3, /code 0x3d/],
    [
      'lines lost',
      (pem) =>
        pem
          .split('\n')
          .filter((_, index) => index !== 7)
          .join('\n'),
      1,
      /cut short: \d+ bytes are announced/,
    ],
    [
      'a certificate of nothing',
      () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
      1,
      /cut short/,
    ],
    [
      'no certificate inside',
      () => '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n',
      1,
      /not those of a certificate/,
    ],
    [
      'an end of another kind',
      (pem) => pem.replace('END CERTIFICATE', 'END TRUSTED CERTIFICATE'),
      1,
      /ends as "TRUSTED CERTIFICATE"/,
    ],
    [
      'a damaged begin line',
      (pem) => pem.replace('BEGIN CERTIFICATE-----', 'BEGIN CERTIFICATE--'),
      1,
      /BEGIN line is damaged/,
    ],
    [
      'a damaged end line',
      (pem) => pem.replace('END CERTIFICATE-----', 'END CERTIFICATE--'),
      1,
      /END line is damaged/,
    ],
  ];
  it.each(damages)('%s: named by line and reason, the rest stays readable', (...row) => {
    const [, damage, line, reason] = row;
    const first = damage(B);
    const parsed = parseBundle(utf8(`${first}\n${A}`));
    const alone = parseBundle(utf8(first));

    expect(parsed.state).toBe('read');
    expect(parsed.certificates.map(({ sha256 }) => sha256)).toContain(amazon1!.sha256);
    if (!/file ends/.test(reason.source))
      expect(parsed.problems).toContainEqual({ line, reason: expect.stringMatching(reason) as string });
    else expect(alone.problems).toEqual([{ line, reason: expect.stringMatching(reason) as string }]);
    expect(alone.anchors).toEqual([]);
    expect(alone.state).toBe('noCertificates');
  });

  it('says where OpenSSL gives up when the damage is in a block that is no certificate', () => {
    const parsed = parseBundle(
      utf8(`${A}-----BEGIN EC PARAMETERS-----\nBggq*kjO\n-----END EC PARAMETERS-----\n`),
    );

    expect(parsed.opensslAccepts).toBe(false);
    expect(parsed.anchors).toEqual([amazon1!.sha256]);
    expect(parsed.problems).toEqual([
      {
        line: lineCount(A) + 1,
        reason: 'OpenSSL refuses the file here: it holds a character that is not base64',
      },
    ]);
  });

  it.each([
    ['indented', A.replace(/^(?=.)/gm, '    ')],
    ['after other text', `ca: ${A}`],
    ['with CR alone as line end', `${B}# x\r${A.replaceAll('\n', '\r')}`],
  ])('a certificate %s is read, but no anchor: OpenSSL passes over it', (_name, text) => {
    const parsed = parseBundle(utf8(`${C}${text}`));

    expect(parsed.opensslAccepts).toBe(true);
    expect(parsed.certificates.map(({ sha256 }) => sha256)).toContain(amazon1!.sha256);
    expect(parsed.anchors).not.toContain(amazon1!.sha256);
    expect(parsed.problems.map(({ reason }) => reason)).toContain(
      'OpenSSL passes over this certificate: its BEGIN does not stand alone on its line',
    );
  });

  it('two files joined without a line end: both can be read, OpenSSL refuses', () => {
    const parsed = parseBundle(utf8(`${A.trimEnd()}${B}`));

    expect(parsed.opensslAccepts).toBe(false);
    expect(parsed.anchors).toEqual([amazon1!.sha256, amazon2!.sha256].sort());
    expect(parsed.problems).toHaveLength(1);
  });

  it.each(['X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])('reads a %s', (label) => {
    expect(parseBundle(utf8(A.replaceAll(' CERTIFICATE', ` ${label}`))).anchors).toEqual([amazon1!.sha256]);
  });

  it('leaves the trust settings behind a TRUSTED CERTIFICATE out of its fingerprint', () => {
    const der = Buffer.concat([pemToDer(A), Uint8Array.of(0x30, 0x00)]).toString('base64');
    const parsed = parseBundle(
      utf8(`-----BEGIN TRUSTED CERTIFICATE-----\n${der}\n-----END TRUSTED CERTIFICATE-----\n`),
    );

    expect(parsed.anchors).toEqual([amazon1!.sha256]);
  });

  it('never repeats the text of a damaged block', () => {
    const parsed = parseBundle(
      utf8('-----BEGIN CERTIFICATE-----\nhunter2*secret\n-----END CERTIFICATE-----\n'),
    );

    expect(JSON.stringify(parsed.problems)).not.toMatch(/hunter2|secret/);
  });

  it('bounds the problems and counts those left out', () => {
    const parsed = parseBundle(
      utf8('-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n'.repeat(250)),
    );

    expect(parsed.problems).toHaveLength(100);
    expect(parsed.problems.at(-1)).toEqual({ line: 299, reason: 'and 151 more problems from here on' });
  });
});

// No clock here: what is not linear does not end within the runner's limit.
describe('parseBundle: 10 MB', () => {
  const size = 10 * 1024 * 1024;
  /** A SEQUENCE, as a certificate begins, of that content. */
  const binary = (body: Uint8Array): Uint8Array => {
    const length = [(body.length >> 16) & 0xff, (body.length >> 8) & 0xff, body.length & 0xff];
    return Buffer.concat([Uint8Array.of(0x30, 0x83, ...length), body]);
  };
  const filled = (text: string): Uint8Array => utf8(text.repeat(Math.ceil(size / text.length)));
  it.each([
    ['dashes', filled('-'), 0],
    ['BEGIN without END', filled('-----BEGIN CERTIFICATE-----\n'), 100],
    ['BEGIN without its dashes', filled('-----BEGIN '), 100],
    ['END without BEGIN', filled('-----END CERTIFICATE-----\n'), 0],
    ['begun and never filled', filled('-----BEGIN CERTIFICATE-----\n-----END '), 100],
    [
      'one block of base64',
      utf8(`-----BEGIN CERTIFICATE-----\n${'MIID'.repeat(size / 4)}\n-----END CERTIFICATE-----\n`),
      1,
    ],
    [
      'one block of blank lines',
      utf8(`-----BEGIN CERTIFICATE-----\n${'\n'.repeat(size)}-----END CERTIFICATE-----\n`),
      1,
    ],
    [
      'spaces and one bad character',
      utf8(`-----BEGIN CERTIFICATE-----\n${' '.repeat(size)}*\n-----END CERTIFICATE-----\n`),
      1,
    ],
    [
      'equals signs',
      utf8(`-----BEGIN CERTIFICATE-----\n${'='.repeat(size)}\n-----END CERTIFICATE-----\n`),
      1,
    ],
    ['one line of words', filled('word '), 0],
    ['carriage returns', filled('x\r'), 0],
    ['UTF-16', Buffer.from('\ufeff-----BEGIN CERTIFICATE-----\n'.repeat(size / 56), 'utf16le'), 100],
    [
      'binary of empty elements',
      binary(new Uint8Array(size).map((_, index) => (index % 2 === 0 ? 5 : 0))),
      1,
    ],
    ['binary of nested elements', binary(Buffer.alloc(size, Uint8Array.of(0x30, 0x80))), 1],
  ])('of %s', (_name, bytes, problems) => {
    const parsed = parseBundle(bytes);

    expect(parsed.anchors).toEqual([]);
    expect(parsed.problems).toHaveLength(problems);
  });

  it('of certificates', () => {
    const copies = Math.ceil(size / starfield!.pem.length);
    const parsed = parseBundle(utf8(starfield!.pem.repeat(copies)));

    expect(parsed.certificates).toHaveLength(copies);
    expect(parsed.anchors).toEqual([starfield!.sha256]);
    expect(parsed.opensslAccepts).toBe(true);
  });
});

/** Whether a file in that state holds certificates. */
const MAY_HOLD: Readonly<Record<ParsedBundle['state'], readonly boolean[]>> = {
  read: [true],
  empty: [false],
  noCertificates: [false],
  utf16: [true, false],
  der: [true, false],
};

describe('parseBundle: any bytes', () => {
  it('answers, and holds what it says of itself', () => {
    const scraps = fc.constantFrom(
      A,
      B,
      '-----BEGIN ',
      'CERTIFICATE',
      '-----END ',
      '-----',
      '\n',
      '\r\n',
      '\r',
      'MIID',
      '=',
      ' ',
      'é',
      '\0',
    );
    const text = fc.array(scraps, { maxLength: 12 }).map((parts) => utf8(parts.join('')));

    const wide = fc
      .array(scraps, { maxLength: 8 })
      .map((parts) => new Uint8Array(Buffer.from(`\ufeff${parts.join('')}`, 'utf16le')));

    fc.assert(
      fc.property(fc.oneof(text, wide, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const { state, certificates, problems, anchors, opensslAccepts } = parseBundle(bytes);
        const lines = Buffer.from(bytes)
          .toString(state === 'utf16' ? 'utf16le' : 'latin1')
          .split(/\r\n|\n|\r/).length;
        const readable = new Set(certificates.map(({ sha256 }) => sha256));

        expect(MAY_HOLD[state]).toContain(certificates.length > 0);
        if (state !== 'read') expect(anchors).toEqual([]);
        expect([...anchors]).toEqual([...new Set(anchors)].sort());
        expect(anchors.every((anchor) => readable.has(anchor))).toBe(true);
        if (opensslAccepts) expect(anchors.length).toBeGreaterThan(0);
        if (state === 'read' && !opensslAccepts) expect(problems.length).toBeGreaterThan(0);
        for (const { line } of [...certificates, ...problems]) expect(line >= 1 && line <= lines).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
