/** One line: what was measured, beside its limit in the same run. */
export interface Line {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  readonly ratio: string;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export function printTable(lines: readonly Line[]): void {
  const all: readonly Line[] = [{ what: 'what', figure: 'figure', limit: 'limit', ratio: 'ratio' }, ...lines];
  const width = (column: keyof Line): number => Math.max(...all.map((line) => line[column].length));
  for (const { what, figure, limit, ratio } of all)
    say(
      `${what.padEnd(width('what'))}  ${figure.padStart(width('figure'))}  ${limit.padEnd(width('limit'))}  ${ratio.padStart(width('ratio'))}`,
    );
}

/** The last line of a bench. */
export function printResult(result: Readonly<Record<string, number | string>>): void {
  say(JSON.stringify(result));
}

/** What is going on, for people: stdout is the result's. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
