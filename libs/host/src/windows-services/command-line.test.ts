import { expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

it.each([
  [['C:\\Program Files\\Trustfleet\\x.exe'], '"C:\\Program Files\\Trustfleet\\x.exe"'],
  [['C:\\x.exe', '--state-dir', 'C:\\Program Data\\T'], '"C:\\x.exe" "--state-dir" "C:\\Program Data\\T"'],
  // CommandLineToArgvW: a backslash before a quote would take the quote in.
  [['C:\\x.exe', 'D:\\'], '"C:\\x.exe" "D:\\\\"'],
  [['C:\\x.exe', ''], '"C:\\x.exe" ""'],
])('%j is quoted part by part', (argv, line) => {
  expect(commandLine(argv)).toBe(line);
});

it.each(['a"b', 'a\0b', 'a\nb'])('%j is refused', (part) => {
  expect(() => commandLine(['C:\\x.exe', part])).toThrow(/cannot stand in a service's command line/);
});
