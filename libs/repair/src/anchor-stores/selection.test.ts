import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deselect, reselect, selectedNames } from './selection.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1');

const CONF = '# comment\nmozilla/A.crt\n  mozilla/B.crt \n!mozilla/C.crt\n\nmozilla/A.crt\nlast.crt';

describe('the selection of ca-certificates.conf', () => {
  it('names what is taken in, each once', () => {
    expect(selectedNames(bytes(CONF))).toEqual(['mozilla/A.crt', 'mozilla/B.crt', 'last.crt']);
  });

  it('switches off every line of a name and touches no other byte', () => {
    const { content, lines } = deselect(bytes(CONF), ['mozilla/A.crt', 'mozilla/B.crt']);

    expect(text(content)).toBe(
      '# comment\n!mozilla/A.crt\n!  mozilla/B.crt \n!mozilla/C.crt\n\n!mozilla/A.crt\nlast.crt',
    );
    expect(lines).toEqual(['mozilla/A.crt', '  mozilla/B.crt ', 'mozilla/A.crt']);
  });

  it('switches on again what it switched off, whatever a package made of the rest meanwhile', () => {
    const { lines } = deselect(bytes(CONF), ['mozilla/B.crt']);
    const upgraded = 'mozilla/New.crt\n!  mozilla/B.crt \n!mozilla/C.crt\n';

    expect(text(reselect(bytes(upgraded), lines))).toBe(
      'mozilla/New.crt\n  mozilla/B.crt \n!mozilla/C.crt\n',
    );
    expect(text(reselect(bytes('mozilla/New.crt\n'), lines))).toBe('mozilla/New.crt\n');
  });

  const line = fc.oneof(
    fc.constantFrom('a.crt', 'b.crt', ' a.crt', '!c.crt', '# a.crt', '', '\t', 'ä.crt', 'a.crt\r'),
    fc.string({ maxLength: 6 }).map((some) => some.replaceAll('\n', '')),
  );

  it('on any bytes, what it switched off comes back to the byte', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const before = bytes(lines.join('\n'));
        const names = selectedNames(before).slice(0, 2);
        const off = deselect(before, names);
        expect(selectedNames(off.content)).toEqual(selectedNames(before).slice(2));
        // A line that was off in the very same words before would come on with it: nothing tells the two apart.
        fc.pre(!off.lines.some((one) => lines.includes(`!${one}`)));
        expect(text(reselect(off.content, off.lines))).toBe(text(before));
      }),
      { numRuns: 500 },
    );
  });
});
