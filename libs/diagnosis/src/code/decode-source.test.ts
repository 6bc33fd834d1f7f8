import { describe, expect, it } from 'vitest';
import { decodePythonSource } from './decode-source.ts';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );

describe('decodePythonSource', () => {
  it.each<[string, Uint8Array, string]>([
    ['UTF-8 without a word', bytes([0xea, 0xb0, 0x80]), '가'],
    ['a byte order mark', bytes([0xef, 0xbb, 0xbf], 'x'), 'x'],
    ['cp949', bytes('# -*- coding: cp949 -*-\n', [0xb0, 0xa1]), '# -*- coding: cp949 -*-\n가'],
    [
      'euc_kr in the second line',
      bytes('#!/usr/bin/python\n# coding=euc_kr\n', [0xb0, 0xa1]),
      '#!/usr/bin/python\n# coding=euc_kr\n가',
    ],
    // The second byte is a backslash: read as anything else the literal would not end.
    ['cp932', bytes('# coding: cp932\n"', [0x83, 0x5c], '"'), '# coding: cp932\n"ソ"'],
    ['latin-1', bytes('# coding: latin-1\n', [0xe9]), '# coding: latin-1\né'],
    ['cp1251', bytes('# coding: cp1251\n', [0xe9]), '# coding: cp1251\nй'],
    [
      'a declaration in the third line, which is none',
      bytes('\n\n# coding: cp949\n', [0xc3, 0xa9]),
      '\n\n# coding: cp949\né',
    ],
    [
      'a declaration after code, which is none',
      bytes('x\n# coding: cp949\n', [0xc3, 0xa9]),
      'x\n# coding: cp949\né',
    ],
    ['a codec that nobody knows', bytes('# coding: rot13\nx', [0xe9]), '# coding: rot13\nxé'],
    ['bytes that do not fit', bytes('x = "', [0xff], '"'), 'x = "\ufffd"'],
  ])('%s', (_, source, text) => {
    expect(decodePythonSource(source)).toBe(text);
  });

  it('takes nothing with a NUL in it for source', () => {
    expect(decodePythonSource(bytes('x', [0]))).toBeNull();
  });
});
