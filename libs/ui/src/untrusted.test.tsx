import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Untrusted, visibleText } from './untrusted.tsx';

describe('visibleText', () => {
  it.each([
    ['ws-01.studio.example', 'ws-01.studio.example'],
    ['스튜디오 루트 CA', '스튜디오 루트 CA'],
    ['a\u202egnp.exe', 'a⟨U+202E⟩gnp.exe'],
    ['two\nlines', 'two⟨U+000A⟩lines'],
    ['zero\u200bwidth', 'zero⟨U+200B⟩width'],
    ['\u2066isolated\u2069', '⟨U+2066⟩isolated⟨U+2069⟩'],
    ['nul\u0000', 'nul⟨U+0000⟩'],
  ])('writes out what would be invisible in %j', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe('Untrusted', () => {
  it('escapes markup inside an isolating element', () => {
    expect(renderToStaticMarkup(<Untrusted text={'<img src=x onerror="alert(1)">'} />)).toBe(
      '<bdi>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</bdi>',
    );
  });

  it('shows a control character by its name and never as itself', () => {
    const markup = renderToStaticMarkup(<Untrusted text={'a\u202eb'} />);

    expect(markup).toContain('>U+202E</span>');
    expect(markup).not.toContain('\u202e');
  });
});
