import { lineFormat } from './line-format.ts';
import { quotedLike, unquoted } from './quotes.ts';

/** pam_env's `_parse_env_file`: an optional `export `, everything from `#` is comment, one pair of quotes is dropped. */
function cut(line: string, name: string): [head: string, value: string, tail: string] | null {
  const match = /^(\s*(?:export\s+)?([^\s=#]+)=)([^#]*?)(\s*(?:#.*)?)$/.exec(line);
  if (match === null || match[2] !== name) return null;
  return [match[1] ?? '', match[3] ?? '', match[4] ?? ''];
}

/** /etc/environment. */
export const etcEnvironment = lineFormat({
  header: '',
  opening: () => '',
  value(line, name) {
    const found = cut(line, name);
    return found === null ? null : unquoted(found[1]);
  },
  line(name, value, old) {
    const [head, like, tail] = (old === null ? null : cut(old, name)) ?? [`${name}=`, '', ''];
    return `${head}${quotedLike(like, value)}${tail}`;
  },
  mentions: (line, name) =>
    line
      .replace(/#.*$/, '')
      .trim()
      .replace(/^export\s+/, '')
      .startsWith(`${name}=`),
});
