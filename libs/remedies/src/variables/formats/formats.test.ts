import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from '../text.ts';
import { VARIABLE_FORMATS } from './formats.ts';

const NAME = 'SSL_CERT_FILE';
const { environmentD, etcEnvironment, unitDropIn } = VARIABLE_FORMATS;

describe('/etc/environment', () => {
  it.each([
    ['SSL_CERT_FILE=/a\n', 'SSL_CERT_FILE=/n\n'],
    ['  export SSL_CERT_FILE="/a"  # why\r\nX=1', '  # why\n  export SSL_CERT_FILE="/n"\nX=1'],
    ['export  SSL_CERT_FILE=/a\nX=1', 'export  SSL_CERT_FILE=/a\nX=1\nSSL_CERT_FILE=/n\n'],
    ['SSL_CERT_FILE=/a\r\n', 'SSL_CERT_FILE=/n\n'],
    ["SSL_CERT_FILE='/a'", "SSL_CERT_FILE='/n'"],
    ['SSL_CERT_FILE=\n', 'SSL_CERT_FILE=/n\n'],
    ['#SSL_CERT_FILE=/a\nX=1', '#SSL_CERT_FILE=/a\nX=1\nSSL_CERT_FILE=/n\n'],
    ['MY_SSL_CERT_FILE=/a\n', 'MY_SSL_CERT_FILE=/a\nSSL_CERT_FILE=/n\n'],
    ['SSL_CERT_FILE=/a\nSSL_CERT_FILE=/b\n', 'SSL_CERT_FILE=/a\nSSL_CERT_FILE=/n\n'],
    ['', 'SSL_CERT_FILE=/n\n'],
  ])('%j', (before, after) => {
    expect(etcEnvironment.changed(before, NAME, '/n')).toBe(after);
    expect(etcEnvironment.valueIn(after, NAME)).toBe('/n');
  });

  it.each([
    ['SSL_CERT_FILE="/a"', '/a'],
    ['SSL_CERT_FILE="/a"# c', '/a'],
    ['SSL_CERT_FILE="/a"  # c', '/a"  '],
    ['SSL_CERT_FILE=/a  # c', '/a  '],
    ['SSL_CERT_FILE=/a\r', '/a\r'],
    ['SSL_CERT_FILE=/a b', '/a b'],
    ['  export SSL_CERT_FILE=/a', '/a'],
    ['export  SSL_CERT_FILE=/a', null],
    ['SSL_CERT_FILE = /a', null],
  ])('%j is read as PAM 1.5.2 does: %j', (line, value) => {
    expect(etcEnvironment.valueIn(line, NAME)).toBe(value);
  });

  it('takes every assignment away, and no file becomes none', () => {
    expect(etcEnvironment.changed('A=1\nSSL_CERT_FILE=/a\nSSL_CERT_FILE=/b\nB=2', NAME, null)).toBe(
      'A=1\nB=2',
    );
    expect(etcEnvironment.changed(null, NAME, null)).toBeNull();
    expect(etcEnvironment.changed('SSL_CERT_FILE=/a\n', NAME, null)).toBe('');
  });
});

describe('files of our own', () => {
  it('a drop-in is a section and a line, and goes with its last variable', () => {
    const one = unitDropIn.changed(null, NAME, '/with space/ca.pem');
    const two = unitDropIn.changed(one, 'PIP_CERT', '/pip.pem');

    expect(two).toMatch(
      /^# .*\n\[Service\]\nEnvironment="SSL_CERT_FILE=\/with space\/ca.pem"\nEnvironment="PIP_CERT=\/pip.pem"\n$/,
    );
    expect(unitDropIn.changed(two, NAME, null)).toMatch(
      /^# .*\n\[Service\]\nEnvironment="PIP_CERT=\/pip.pem"\n$/,
    );
    expect(unitDropIn.changed(one, NAME, null)).toBeNull();
  });

  it('a section of somebody else stays the last of its kind', () => {
    expect(unitDropIn.changed('[Unit]\nAfter=x\n', NAME, '/a')).toBe(
      '[Unit]\nAfter=x\n[Service]\nEnvironment="SSL_CERT_FILE=/a"\n',
    );
  });

  it('what is said together with other things is not plain', () => {
    expect(unitDropIn.isPlain('[Service]\nEnvironment=A=1 SSL_CERT_FILE=/a\n', NAME)).toBe(false);
    expect(unitDropIn.isPlain('[Service]\nEnvironment=SSL_CERT_FILE=/a\n', NAME)).toBe(true);
    expect(environmentD.isPlain('SSL_CERT_FILE=${HOME}/ca.pem\n', NAME)).toBe(false);
  });

  it('environment.d quotes what has a space', () => {
    const text = environmentD.changed(null, NAME, '/a b.pem')!;

    expect(text).toContain('SSL_CERT_FILE="/a b.pem"\n');
    expect(environmentD.valueIn(text, NAME)).toBe('/a b.pem');
    expect(environmentD.changed(text, NAME, null)).toBeNull();
  });
});

/** Bytes of all kinds, lines of the variable among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(textOf),
      fc.constantFrom(
        '\n',
        '\r\n',
        'SSL_CERT_FILE=/a',
        'export SSL_CERT_FILE="/b" # c',
        '[Service]',
        'X=1',
        '#',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const path = fc.stringMatching(/^\/[A-Za-z0-9 ._\-가-힣]{1,20}[a-z]$/);

describe.each(Object.entries(VARIABLE_FORMATS))('%s, whatever stands in the file', (_, format) => {
  it('says afterwards what was wished, and a second time changes nothing', () => {
    fc.assert(
      fc.property(anyText, fc.option(path), (text, value) => {
        const once = format.changed(text, NAME, value);

        expect(format.valueIn(once ?? '', NAME)).toBe(value);
        expect(format.changed(once, NAME, value)).toBe(once);
      }),
    );
  });

  it('keeps every line that does not assign it, byte for byte', () => {
    const others = (text: string): string[] => {
      const ours = new Set(format.assignments(text, NAME).map(({ at }) => at));
      return text
        .split('\n')
        .filter((line, at) => !ours.has(at) && line.trim() !== '[Service]' && line !== '');
    };
    fc.assert(
      fc.property(anyText, path, (text, value) => {
        const after = others(format.changed(text, NAME, value)!);
        // In their order; a comment of our own line may have got a line of its own.
        let at = -1;
        for (const line of others(text)) {
          at = after.indexOf(line, at + 1);
          expect(at).toBeGreaterThan(-1);
        }
      }),
    );
  });
});

it('bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect([...bytesOf(textOf(bytes))]).toEqual([...bytes]);
    }),
  );
});
