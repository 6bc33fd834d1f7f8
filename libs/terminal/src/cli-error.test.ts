import { describe, expect, it } from 'vitest';
import { CliError, errorCode, messageOf, reportFailure } from './index.ts';

describe('reportFailure', () => {
  it.each([
    [new CliError('The disk is full.'), 1, 'tool: The disk is full.\n'],
    [new CliError('Which host?', 2), 2, 'tool: Which host?\n'],
    ['odd', 1, 'tool: unexpected failure: odd\n\n'],
  ])('says %s, and answers %i', (error, code, said) => {
    const lines: string[] = [];

    expect(reportFailure('tool', error, { write: (text) => lines.push(text) })).toBe(code);
    expect(lines.join('')).toBe(said);
  });

  it('shows where a fault of ours happened', () => {
    const lines: string[] = [];

    expect(reportFailure('tool', new TypeError('x is not'), { write: (text) => lines.push(text) })).toBe(1);
    expect(lines.join('')).toMatch(/^tool: unexpected failure: x is not\nTypeError: x is not\n +at /);
  });
});

it('reads code and message of anything thrown', () => {
  expect(errorCode(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect([errorCode(new Error('gone')), errorCode({ code: 'ENOENT' }), errorCode(null)]).toEqual([
    '',
    '',
    '',
  ]);
  expect([messageOf(new Error('gone')), messageOf('odd'), messageOf(null)]).toEqual(['gone', 'odd', 'null']);
});
