import { decoded, encoded, linesOf } from '../text.ts';
import type { AssignedLine, LineSyntax, VariableFormat } from './types.ts';

const withoutEnd = (line: string): string => line.replace(/\n$/, '');
const endOf = (line: string): string => line.slice(withoutEnd(line).length);

function added(syntax: LineSyntax, text: string, line: string): string {
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${syntax.opening(text)}${line}\n`;
}

/** A file of lines, each of which assigns one variable or none. */
export function lineFormat(syntax: LineSyntax): VariableFormat {
  const { header } = syntax;
  /** Nothing but what a file of our own begins with. */
  const isBare = (text: string): boolean => header !== '' && text === `${header}${syntax.opening(header)}`;

  const assignments = (text: string, name: string): AssignedLine[] =>
    linesOf(text).flatMap((line, at) =>
      syntax.value(withoutEnd(line), name) === null ? [] : [{ at, line }],
    );

  function set(text: string, name: string, value: string): string {
    const last = assignments(text, name).at(-1);
    if (last === undefined) return added(syntax, text, syntax.line(name, value, null));
    const line = syntax.line(name, value, withoutEnd(last.line));
    return linesOf(text)
      .with(last.at, `${line}${endOf(last.line)}`)
      .join('');
  }

  return {
    assignments,
    valueIn(text, name) {
      const last = assignments(text, name).at(-1);
      const value = last === undefined ? null : syntax.value(withoutEnd(last.line), name);
      return value === null ? null : decoded(value);
    },
    isPlain: (text, name) =>
      linesOf(text)
        .map(withoutEnd)
        .every((line) => !syntax.mentions(line, name) || syntax.value(line, name) !== null),
    changed(text, name, value) {
      if (value !== null) return set(text ?? header, name, encoded(value));
      const gone = new Set(assignments(text ?? '', name).map(({ at }) => at));
      if (text === null || gone.size === 0) return text;
      const rest = linesOf(text)
        .filter((_, at) => !gone.has(at))
        .join('');
      return isBare(rest) ? null : rest;
    },
  };
}
