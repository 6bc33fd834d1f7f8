import { clip } from '@trustfleet/protocol';
import { CLIENT_SIGNS } from './client-signs.ts';
import { FILE_SIGNS } from './file-signs.ts';
import type { Explanation, Sign } from './types.ts';
import { VERIFICATION_SIGNS } from './verification-signs.ts';

/** Most telling first: a reason before the bare failure, that before what a library makes of it. */
export const SIGNS: readonly Sign[] = [
  ...FILE_SIGNS.filter(({ id }) => id !== 'fileMissing' && id !== 'permissionDenied'),
  ...VERIFICATION_SIGNS,
  ...CLIENT_SIGNS,
  // Words that stand in many a traceback: last.
  ...FILE_SIGNS.filter(({ id }) => id === 'fileMissing' || id === 'permissionDenied'),
];

const MAX_LINES = 20_000;
const MAX_LINE = 2_000;
const MAX_SHOWN = 512;

/**
 * Reads an artist's traceback or log: what each telling line means, the most telling first, each meaning once (where it stands last: that
 * is what ended it). The last 20 000 lines, 2 000 characters of each. Pure.
 */
export function explain(text: string): Explanation[] {
  const lines = text.split(/\r\n|\r|\n/);
  const first = Math.max(0, lines.length - MAX_LINES);
  const found = new Map<string, Explanation>();
  for (const [index, line] of lines.slice(first).entries()) {
    const known = explainLine(line.slice(0, MAX_LINE), first + index + 1);
    if (known !== null) found.set(known.id, known);
  }
  return SIGNS.flatMap(({ id }) => found.get(id) ?? []);
}

function explainLine(line: string, number: number): Explanation | null {
  for (const { pattern, ...sign } of SIGNS) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const { subject, other } = match.groups ?? {};
    const named = (subject ?? other ?? '').trim();
    return {
      ...sign,
      line: number,
      text: clip(harmless(line.trim()), MAX_SHOWN),
      subject: named === '' ? null : clip(harmless(named), MAX_SHOWN),
    };
  }
  return null;
}

/** Terminals and logs are not steered by what was pasted. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}
