import { lineFormat } from './line-format.ts';
import { quotedLike } from './quotes.ts';

interface Said {
  /** What stands before the name: white space, `export `. */
  readonly head: string;
  readonly written: string;
  readonly comment: string;
}

/**
 * pam_env's `_parse_env_file`, measured with PAM 1.5.2: one `export ` with one space, everything from `#` is cut off, and what stands before
 * it counts to its last sign, white space and carriage return too.
 */
function cut(line: string, name: string): Said | null {
  const match = /^([ \t]*(?:export )?)([A-Za-z0-9_]+)=([^#]*)(#.*)?$/s.exec(line);
  if (match === null || match[2] !== name) return null;
  return { head: match[1] ?? '', written: match[3] ?? '', comment: match[4] ?? '' };
}

/** A quote goes at the beginning, and at the very end alone. */
const unquoted = (written: string): string =>
  /^["']/.test(written) ? written.slice(1).replace(/["']$/, '') : written;

/** /etc/environment. A comment behind the value moves to a line of its own: pam_env would keep the space before it, systemd all of it. */
export const etcEnvironment = lineFormat({
  header: '',
  opening: () => '',
  value(line, name) {
    const found = cut(line, name);
    return found === null ? null : unquoted(found.written);
  },
  line(name, value, old) {
    const { comment, head, written } = (old === null ? null : cut(old, name)) ?? {
      ...{ head: '', written: '', comment: '' },
    };
    const indent = head.replace('export ', '');
    const above = comment === '' ? '' : `${indent}${comment.trimEnd()}\n`;
    return `${above}${head}${name}=${quotedLike(written, value)}`;
  },
  mentions: (line, name) => cut(line, name) !== null,
});
