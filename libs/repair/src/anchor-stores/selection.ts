/**
 * `/etc/ca-certificates.conf`: names below the system's directory of certificates, one a line; `!` before a name leaves it out, `#` in the
 * first column begins a comment (update-ca-certificates(8)). All but the lines in question stays byte for byte as it is.
 */
const nameOf = (line: string): string => line.replace(/^[ \t]+|[ \t]+$/g, '');

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'latin1'));

const isSelected = (line: string): boolean => line !== '' && !/^[#!]/.test(line) && nameOf(line) !== '';

/** Names that are taken in, each once. */
export const selectedNames = (conf: Uint8Array): string[] => [
  ...new Set(text(conf).split('\n').filter(isSelected).map(nameOf)),
];

/** With these names left out, and the lines that were changed, as they stood. */
export function deselect(
  conf: Uint8Array,
  names: readonly string[],
): { readonly content: Uint8Array; readonly lines: string[] } {
  const lines: string[] = [];
  const after = text(conf)
    .split('\n')
    .map((line) => {
      if (!isSelected(line) || !names.includes(nameOf(line))) return line;
      lines.push(line);
      return `!${line}`;
    });
  return { content: bytes(after.join('\n')), lines };
}

/** With these lines taken in again, where they still stand as {@link deselect} left them. */
export function reselect(conf: Uint8Array, lines: readonly string[]): Uint8Array {
  const off = new Set(lines.map((line) => `!${line}`));
  return bytes(
    text(conf)
      .split('\n')
      .map((line) => (off.has(line) ? line.slice(1) : line))
      .join('\n'),
  );
}
