import { describe, expect, it } from 'vitest';
import { parseJson } from './index.ts';

describe('parseJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    ['null', null],
    ['', undefined],
    ['{"a":', undefined],
    ['\ufffe', undefined],
  ])('%j', (text, value) => {
    expect(parseJson(Buffer.from(text))).toEqual(value);
  });

  it('reads only the bytes of its view', () => {
    const whole = Buffer.from('xx[1]yy');

    expect(parseJson(whole.subarray(2, 5))).toEqual([1]);
  });
});
