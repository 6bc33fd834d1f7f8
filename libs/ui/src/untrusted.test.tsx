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
    ['filler\u3164', 'filler⟨U+3164⟩'],
    ['tag\u{e0041}', 'tag⟨U+E0041⟩'],
    ['lone\ud800', 'lone⟨U+D800⟩'],
    ['selector\ufe0f', 'selector⟨U+FE0F⟩'],
    ['soft\u00adhyphen', 'soft⟨U+00AD⟩hyphen'],
    ['日本語 ünïcode 🎬', '日本語 ünïcode 🎬'],
  ])('writes out what would be invisible in %j', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe('a text that is too long for any name', () => {
  it('is cut where a character ends, and says by how much', () => {
    expect(visibleText(`${'a'.repeat(1_999)}🎬${'b'.repeat(65_536)}`)).toBe(`${'a'.repeat(1_999)} … +65538`);
    expect(renderToStaticMarkup(<Untrusted text={'x'.repeat(65_536)} />).length).toBeLessThan(2_200);
  });

  it('is whole where it has a box of its own, with its lines', () => {
    const text = `${'x'.repeat(3_000)}\n\tb\u202e`;

    expect(renderToStaticMarkup(<Untrusted text={text} whole />)).toContain(`${'x'.repeat(3_000)}\n\tb<span`);
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
