/** Control characters and marks that change reading direction: what other programs wrote must not steer a terminal. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text of others, safe to print on one line. */
export const plain = (text: string): string =>
  text.replace(STEERING, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** Rows as aligned columns, two spaces between; the last column keeps its length. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
  );
}

/** `1 anchor`, `2 anchors` */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A length of time by its two largest units: `3 hours 2 minutes`. */
export function duration(ms: number): string {
  const parts: string[] = [];
  let left = Math.round(ms / 1_000) * 1_000;
  for (const [unit, size] of UNITS) {
    const number = Math.floor(left / size);
    left -= number * size;
    if (number > 0) parts.push(count(number, unit));
  }
  return parts.length === 0 ? 'less than a second' : parts.slice(0, 2).join(' ');
}

/** Paths as a person reads them: the first, and how many more. */
export function someOf(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).map(plain).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
