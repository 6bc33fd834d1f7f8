import { HEADER } from './environment-d.ts';
import { lineFormat } from './line-format.ts';

const SECTION = '[Service]\n';

/** `Environment="NAME=value"` with one assignment; systemd.exec(5) takes several in one line, which are left to people. */
function cut(line: string, name: string): { head: string; value: string } | null {
  const match =
    /^(\s*Environment\s*=\s*)(?:"([A-Za-z_]\w*)=([^"\\]*)"|'([A-Za-z_]\w*)=([^']*)'|([A-Za-z_]\w*)=([^\s"'\\]*))\s*$/.exec(
      line,
    );
  if (match === null || (match[2] ?? match[4] ?? match[6]) !== name) return null;
  return { head: match[1] ?? '', value: match[3] ?? match[5] ?? match[7] ?? '' };
}

/** A drop-in of a unit (systemd.unit(5)). */
export const unitDropIn = lineFormat({
  header: HEADER,
  opening: (text) =>
    text
      .match(/^\s*\[[^\]]*\]/gm)
      ?.at(-1)
      ?.trim() === SECTION.trim()
      ? ''
      : SECTION,
  value: (line, name) => cut(line, name)?.value ?? null,
  line(name, value, old) {
    const head = (old === null ? null : cut(old, name))?.head ?? 'Environment=';
    return `${head}"${name}=${value}"`;
  },
  mentions: (line, name) => !/^\s*[#;]/.test(line) && line.includes(`${name}=`),
});
