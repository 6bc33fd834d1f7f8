import { Fragment } from 'react';

/**
 * C0 and C1 controls, and the marks that reorder or hide text (Unicode UAX #9 and #31: bidi embeddings, overrides,
 * isolates; zero-width characters; line and paragraph separators; byte order mark).
 */
const INVISIBLE = /([\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])/u;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The text with every invisible character written out, for places that take a string alone (titles, labels). */
export function visibleText(text: string): string {
  return text
    .split(INVISIBLE)
    .map((part) => (INVISIBLE.test(part) ? `⟨${codePoint(part)}⟩` : part))
    .join('');
}

/**
 * Text that a host, a certificate or another person wrote: React escapes it, `bdi` keeps it from reordering what
 * stands beside it, and invisible characters are written out instead of obeyed.
 */
export function Untrusted({ text, className }: { readonly text: string; readonly className?: string }) {
  const parts = text.split(INVISIBLE);
  return (
    <bdi className={className}>
      {parts.map((part, index) =>
        INVISIBLE.test(part) ? (
          <span key={index} className="rounded bg-bad-soft px-0.5 font-mono text-[0.8em] text-bad">
            {codePoint(part)}
          </span>
        ) : (
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </bdi>
  );
}
