/** `/etc/ca-certificates.conf`: names below the system's directory of certificates. */
export interface Conf {
  readonly selected: readonly string[];
  /** With `!` before them: the system ships them, this machine does not take them. */
  readonly deselected: readonly string[];
}

/**
 * As the tool's own sed(1) and `read` take it: `#` begins a comment only in the first column, blanks around a name do not count, and a
 * last line without its line end is not read.
 */
export function readConf(bytes: Uint8Array | null): Conf {
  const lines = bytes === null ? [] : Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
  const selected: string[] = [];
  const deselected: string[] = [];
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    const off = line.startsWith('!');
    const name = (off ? line.slice(1) : line).replace(/^[ \t]+|[ \t]+$/g, '');
    if (name !== '') (off ? deselected : selected).push(name);
  }
  return { selected, deselected };
}
