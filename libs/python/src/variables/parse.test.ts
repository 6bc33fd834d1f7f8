import { CA_VARIABLES } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParseAssignments } from './assignments.ts';
import {
  parseEnvironmentD,
  parseEtcEnvironment,
  parsePamEnvironment,
  parseUnit,
} from './parse-environment.ts';
import { parseProfile } from './parse-profile.ts';

type Case = readonly [text: string, expected: Readonly<Record<string, string>>];

function table(name: string, parse: ParseAssignments, cases: readonly Case[]): void {
  describe(name, () => {
    it.each(cases)('%j', (text, expected) => {
      expect(
        Object.fromEntries(parse(text, '/home/alice').map((found) => [found.name, found.value])),
      ).toEqual(expected);
    });
  });
}

table('parseProfile', parseProfile, [
  ['export SSL_CERT_FILE=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  ['export SSL_CERT_FILE="/a b.pem" # ours', { SSL_CERT_FILE: '/a b.pem' }],
  ["export SSL_CERT_FILE='/a $HOME.pem'", { SSL_CERT_FILE: '/a $HOME.pem' }],
  ['export SSL_CERT_FILE=/a\\ b.pem', { SSL_CERT_FILE: '/a b.pem' }],
  [
    'export SSL_CERT_FILE="$HOME/ca.pem" PIP_CERT=${HOME}/pip.pem CURL_CA_BUNDLE=~/curl.pem',
    {
      SSL_CERT_FILE: '/home/alice/ca.pem',
      PIP_CERT: '/home/alice/pip.pem',
      CURL_CA_BUNDLE: '/home/alice/curl.pem',
    },
  ],
  ['export SSL_CERT_FILE=$STUDIO/ca.pem', { SSL_CERT_FILE: '$STUDIO/ca.pem' }],
  ['export SSL_CERT_FILE=$(echo /x; rm -rf /)/ca.pem', { SSL_CERT_FILE: '$(echo /x; rm -rf /)/ca.pem' }],
  ['export SSL_CERT_FILE=`id`', { SSL_CERT_FILE: '`id`' }],
  ['SSL_CERT_FILE=/a.pem\nexport SSL_CERT_FILE', { SSL_CERT_FILE: '/a.pem' }],
  ['export SSL_CERT_FILE\nSSL_CERT_FILE=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  ['SSL_CERT_FILE=/a.pem', {}],
  ['SSL_CERT_FILE=/a.pem python3 x.py', {}],
  ['echo export SSL_CERT_FILE=/a.pem', {}],
  ['# export SSL_CERT_FILE=/a.pem', {}],
  ['export SSL_CERT_FILE=/a.pem#b', { SSL_CERT_FILE: '/a.pem#b' }],
  ['export SSL_CERT_FILE=/a; export SSL_CERT_FILE=/b', { SSL_CERT_FILE: '/b' }],
  ['export SSL_CERT_FILE=/a\nunset SSL_CERT_FILE', {}],
  ['export SSL_CERT_FILE=', { SSL_CERT_FILE: '' }],
  ['if [ -f /a ]; then export SSL_CERT_FILE=/a; fi', { SSL_CERT_FILE: '/a' }],
  ['[ -f /a ] && export SSL_CERT_FILE=/a', { SSL_CERT_FILE: '/a' }],
  ['declare -x REQUESTS_CA_BUNDLE=/r', { REQUESTS_CA_BUNDLE: '/r' }],
  ['export \\\n  SSL_CERT_FILE=/a\r\nexport PIP_CERT=/p\r\n', { SSL_CERT_FILE: '/a', PIP_CERT: '/p' }],
  ['export AWS_SECRET_ACCESS_KEY=hunter2 MY_SSL_CERT_FILE=/x', {}],
  ['export SSL_CERT_FILE="/unterminated', { SSL_CERT_FILE: '/unterminated' }],
  ['export SSL_CERT_FILE=$', { SSL_CERT_FILE: '$' }],
]);

table('parseEtcEnvironment', parseEtcEnvironment, [
  ['SSL_CERT_FILE=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  ['export SSL_CERT_FILE="/a b.pem"', { SSL_CERT_FILE: '/a b.pem' }],
  // Measured with PAM 1.5.2: `su` in a mount namespace with that line.
  ["SSL_CERT_FILE='/a.pem' # x", { SSL_CERT_FILE: "/a.pem' " }],
  ['SSL_CERT_FILE="/a.pem"# x', { SSL_CERT_FILE: '/a.pem' }],
  ['SSL_CERT_FILE=/a.pem\r', { SSL_CERT_FILE: '/a.pem\r' }],
  ['  export SSL_CERT_FILE=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  ['export  SSL_CERT_FILE=/a.pem', {}],
  ['#SSL_CERT_FILE=/a.pem', {}],
  ['SSL_CERT_FILE=$HOME/a', { SSL_CERT_FILE: '$HOME/a' }],
  ['PATH=/bin\nTOKEN=secret\nPIP_CERT=/p', { PIP_CERT: '/p' }],
  ['nonsense\n=\nSSL_CERT_FILE', {}],
]);

table('parsePamEnvironment', parsePamEnvironment, [
  ['SSL_CERT_FILE DEFAULT=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  ['SSL_CERT_FILE DEFAULT=/a.pem OVERRIDE=/b.pem', { SSL_CERT_FILE: '/b.pem' }],
  ['SSL_CERT_FILE\tDEFAULT="/a b.pem"', { SSL_CERT_FILE: '/a b.pem' }],
  ['SSL_CERT_FILE \\\n DEFAULT=@{HOME}/a.pem', { SSL_CERT_FILE: '/home/alice/a.pem' }],
  ['SSL_CERT_FILE=/plain.pem', { SSL_CERT_FILE: '/plain.pem' }],
  ['# SSL_CERT_FILE DEFAULT=/a.pem', {}],
  ['SSL_CERT_FILE', {}],
  ['OTHER DEFAULT=/a', {}],
]);

table('parseEnvironmentD', parseEnvironmentD, [
  ['SSL_CERT_FILE=/a.pem\n# c\nPIP_CERT="/p p"', { SSL_CERT_FILE: '/a.pem', PIP_CERT: '/p p' }],
  ['SSL_CERT_FILE=$HOME/a.pem', { SSL_CERT_FILE: '/home/alice/a.pem' }],
  ['SSL_CERT_FILE=/a b', {}],
]);

table('parseUnit', parseUnit, [
  ['[Service]\nEnvironment=SSL_CERT_FILE=/a.pem', { SSL_CERT_FILE: '/a.pem' }],
  [
    '[Service]\nEnvironment="SSL_CERT_FILE=/a b.pem" PIP_CERT=/p X=1',
    { SSL_CERT_FILE: '/a b.pem', PIP_CERT: '/p' },
  ],
  [
    "[Service]\nEnvironment='SSL_CERT_FILE=/a.pem' \\\n  PIP_CERT=/p",
    { SSL_CERT_FILE: '/a.pem', PIP_CERT: '/p' },
  ],
  ['[Service]\nEnvironment=SSL_CERT_FILE=/a\nEnvironment=\nEnvironment=PIP_CERT=/p', { PIP_CERT: '/p' }],
  ['[Unit]\nEnvironment=SSL_CERT_FILE=/a', {}],
  ['[Service]\nExecStart=/bin/x\n[Install]\nEnvironment=SSL_CERT_FILE=/a', {}],
]);

describe('every parser', () => {
  const parsers = { parseProfile, parseEtcEnvironment, parsePamEnvironment, parseEnvironmentD, parseUnit };
  const pieces = fc.constantFrom(
    'export ',
    'SSL_CERT_FILE=',
    'PIP_CERT=/p',
    '"',
    "'",
    '$(',
    '${',
    '`',
    '\\',
    '\n',
    ' ',
    '#',
    ';',
    '[Service]\n',
    'Environment=',
    '=',
    '~',
    '$HOME',
    'DEFAULT=',
    '@{HOME}',
    '\0',
    '한',
  );

  it('gives each known name once, and nothing else, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }), (parts) => {
        for (const [name, parse] of Object.entries(parsers)) {
          const names = parse(parts.join(''), '/home/alice').map((found) => found.name);
          expect(new Set(names).size, name).toBe(names.length);
          expect(CA_VARIABLES, name).toEqual(expect.arrayContaining(names));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back what a careful author quotes', () => {
    const path = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((text) => !/[\0\r\n]/.test(text));
    fc.assert(
      fc.property(path, (value) => {
        const quoted = `'${value.replaceAll("'", String.raw`'\''`)}'`;
        expect(parseProfile(`export SSL_CERT_FILE=${quoted}\n`, '/home/alice')).toEqual([
          { name: 'SSL_CERT_FILE', value },
        ]);
      }),
    );
  });

  it('ends on a file made to be slow', () => {
    for (const piece of ['$(', '"$(', '${', '`', "'", '\\', '$((', 'export SSL_CERT_FILE=$('])
      expect(() => parseProfile(piece.repeat((256 * 1024) / piece.length), null)).not.toThrow();
  });
});
