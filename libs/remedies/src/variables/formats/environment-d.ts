import { lineFormat } from './line-format.ts';
import { quotedLike, unquoted } from './quotes.ts';

export const HEADER =
  '# Written by Trustfleet (remedy variable.set). `trustfleet-agent undo` takes it back.\n';

function cut(line: string, name: string): [head: string, value: string] | null {
  const match = /^(\s*([A-Za-z_]\w*)=)("[^"\\$`]*"|'[^']*'|[^\s"'\\$`]*)\s*$/.exec(line);
  return match === null || match[2] !== name ? null : [match[1] ?? '', match[3] ?? ''];
}

/** environment.d(5), as far as a file of our own goes: `NAME=value`, quoted where a space asks for it. */
export const environmentD = lineFormat({
  header: HEADER,
  opening: () => '',
  value(line, name) {
    const found = cut(line, name);
    return found === null ? null : unquoted(found[1]);
  },
  line(name, value, old) {
    const [head, like] = (old === null ? null : cut(old, name)) ?? [`${name}=`, ''];
    return `${head}${quotedLike(like, value)}`;
  },
  mentions: (line, name) => !/^\s*[#;]/.test(line) && line.includes(`${name}=`),
});
