import { CliError } from '@trustfleet/terminal';

/** Longest line of an export. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;

function fits(line: string, source: string): string {
  if (line.length > MAX_LINE_CHARS)
    throw new CliError(`${source} has a line of more than ${MAX_LINE_CHARS} characters: that is no export.`);
  return line;
}

/** Lines of `source` that are not empty, one at a time; never more than the longest of them in memory. @throws CliError */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = fits(lines.pop() ?? '', source);
    for (const line of lines) if (line.trim() !== '') yield fits(line, source);
  }
  if (rest.trim() !== '') yield rest;
}
