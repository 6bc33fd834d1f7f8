/** One line `key = value` of a section; lines that go on are joined by a blank. */
export interface IniEntry {
  /** As written, in lower case. */
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

const SECTION = /^\[([^\]]*)\]/;
const ENTRY = /^([^=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/;
/** Comments stand on lines of their own, as Python's configparser has it. */
const COMMENT = /^\s*[#;]/;

/** As Python's configparser reads it, which pip and botocore do. What is neither section nor entry is passed over. */
export function parseIni(text: string): IniEntry[] {
  const entries: { section: string; key: string; value: string }[] = [];
  let section = '';
  /** The entry that a line further in goes on with. */
  let open: { value: string } | null = null;
  for (const line of text.split(/\r\n|\r|\n/).filter((one) => !COMMENT.test(one))) {
    const named = SECTION.exec(line)?.[1];
    if (named === undefined && open !== null && /^\s+\S/.test(line)) {
      open.value = `${open.value} ${line.trim()}`.trim();
      continue;
    }
    section = named?.trim().toLowerCase() ?? section;
    const entry = named === undefined ? entryIn(line, section) : null;
    open = entry;
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

function entryIn(line: string, section: string): { section: string; key: string; value: string } | null {
  const [, key, value = ''] = ENTRY.exec(line) ?? [];
  return key === undefined ? null : { section, key: key.toLowerCase(), value };
}
