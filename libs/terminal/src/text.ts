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

/** Paths as a person reads them: the first, and how many more. */
export function someOf(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).map(plain).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
