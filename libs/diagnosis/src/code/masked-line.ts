import { clip } from '@trustfleet/protocol';
import type { HiddenSpan, Token } from './token.ts';

const MAX_TEXT = 512;
/** How much of a long line stands before what it is about. */
const BEFORE = 160;
/** In place of what is hidden. */
const MASK = '…';

const NEWLINE = /[\r\n]/g;

function lineAround(source: string, at: number): { readonly start: number; readonly end: number } {
  let start = at;
  const earliest = Math.max(0, at - BEFORE);
  while (start > earliest && !'\r\n'.includes(source.charAt(start - 1))) start -= 1;
  const latest = Math.min(source.length, at + MAX_TEXT);
  NEWLINE.lastIndex = at;
  const end = NEWLINE.exec(source)?.index ?? source.length;
  return { start, end: Math.min(end, latest) };
}

/** First of `hidden` (in order, apart) that ends behind `at`. */
function firstAfter(hidden: readonly HiddenSpan[], at: number): number {
  let [low, high] = [0, hidden.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hidden[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The line of `at` for people: of a long one what lies around it. Whatever stands between quotes or in a comment is `…`, since it may be
 * a password, but for the literals in `shown`.
 */
export function maskedLine(
  source: string,
  hidden: readonly HiddenSpan[],
  { at, shown }: { readonly at: number; readonly shown: readonly Token[] },
): string {
  const { start, end } = lineAround(source, at);
  let text = '';
  let from = start;
  for (let index = firstAfter(hidden, start); index < hidden.length; index += 1) {
    const span = hidden[index];
    if (span === undefined || span.start >= end) break;
    if (shown.some((token) => token.start <= span.start && span.end <= token.end)) continue;
    text += source.slice(from, Math.max(from, span.start)) + MASK;
    from = Math.min(span.end, end);
  }
  return clip((text + source.slice(from, end)).trim(), MAX_TEXT);
}
