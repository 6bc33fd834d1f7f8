import { Fragment } from 'react';

/**
 * What has no shape of its own or changes what stands beside it: controls (Cc), format marks such as bidi embeddings,
 * overrides and isolates (Cf, UAX #9), line and paragraph separators, lone surrogates, and everything that a font may
 * leave out (Default_Ignorable_Code_Point, UAX #31: zero-width characters, fillers, variation selectors, tags).
 */
const INVISIBLE = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}])/u;
/** No name, path or subject that a person reads is longer; a page of 64 KiB in one cell helps nobody. */
const LONGEST = 2_000;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

interface Clipped {
  readonly shown: string;
  /** Characters that are left out. */
  readonly rest: number;
}

/** Never between the halves of a surrogate pair. */
function clip(text: string, longest: number): Clipped {
  if (text.length <= longest) return { shown: text, rest: 0 };
  const end = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return { shown: text.slice(0, end), rest: text.length - end };
}

const restMark = (rest: number): string => `… +${rest}`;

/** The text with every invisible character written out, for places that take a string alone (titles, labels). */
export function visibleText(text: string, longest = LONGEST): string {
  const { shown, rest } = clip(text, longest);
  const written = shown
    .split(INVISIBLE)
    .map((part) => (INVISIBLE.test(part) ? `⟨${codePoint(part)}⟩` : part))
    .join('');
  return rest === 0 ? written : `${written} ${restMark(rest)}`;
}

export interface UntrustedProps {
  readonly text: string;
  readonly className?: string;
  /** A text of several lines in a box of its own, shown whole: its line feeds and tabs are kept. */
  readonly whole?: boolean;
}

/**
 * Text that a host, a certificate or another person wrote: React escapes it, `bdi` keeps it from reordering what
 * stands beside it, invisible characters are written out instead of obeyed, and what no name is as long as is cut.
 */
export function Untrusted({ text, className, whole = false }: UntrustedProps) {
  const { shown, rest } = clip(text, whole ? Infinity : LONGEST);
  const parts = shown.split(INVISIBLE);
  const isKept = (part: string): boolean =>
    !INVISIBLE.test(part) || (whole && (part === '\n' || part === '\t'));
  return (
    <bdi className={className}>
      {parts.map((part, index) =>
        isKept(part) ? (
          <Fragment key={index}>{part}</Fragment>
        ) : (
          <span key={index} className="rounded bg-bad-soft px-0.5 font-mono text-[0.8em] text-bad">
            {codePoint(part)}
          </span>
        ),
      )}
      {rest > 0 && <span className="rounded bg-sunken px-0.5 text-muted">{restMark(rest)}</span>}
    </bdi>
  );
}
