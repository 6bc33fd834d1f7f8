/**
 * Splits shell text into simple commands of words, by quoting alone: nothing is executed or substituted but $HOME and a
 * leading ~. A word with any other expansion keeps it as written, so that people see what the file says.
 */
export function shellCommands(text: string, home: string | null): string[][] {
  const reader: Reader = { text, home, at: 0, commands: [], words: [], word: null };
  while (reader.at < text.length) step(reader);
  endCommand(reader);
  return reader.commands;
}

interface Reader {
  readonly text: string;
  readonly home: string | null;
  at: number;
  readonly commands: string[][];
  words: string[];
  /** null between words. */
  word: string | null;
}

/** Looked at for the end of one expansion: a hostile file of `$(` alone must not cost its length squared. */
const MAX_EXPANSION = 1024;
const SEPARATORS = new Set([';', '&', '|', '\n', '(', ')']);

function step(reader: Reader): void {
  const quoting = QUOTING[reader.text.charAt(reader.at)];
  if (quoting === undefined) plain(reader);
  else quoting(reader);
}

const QUOTING: Readonly<Record<string, (reader: Reader) => void>> = {
  '\\': escaped,
  "'": singleQuoted,
  '"': doubleQuoted,
  $: expanded,
  '`': expanded,
};

function plain(reader: Reader): void {
  const char = reader.text.charAt(reader.at);
  reader.at += 1;
  if (char === '#' && reader.word === null) skipLine(reader);
  else if (SEPARATORS.has(char)) endCommand(reader);
  else if (/\s/.test(char)) endWord(reader);
  else append(reader, isHomeTilde(reader, char) ? (reader.home ?? char) : char);
}

function expanded(reader: Reader): void {
  append(reader, expansion(reader));
}

function isHomeTilde(reader: Reader, char: string): boolean {
  if (char !== '~' || !/^[/\s;&]?$/.test(reader.text.charAt(reader.at))) return false;
  return reader.word === null || /^[A-Za-z_][A-Za-z0-9_]*=$/.test(reader.word);
}

function escaped(reader: Reader): void {
  const next = reader.text.charAt(reader.at + 1);
  reader.at += 2;
  if (next !== '\n') append(reader, next);
}

function singleQuoted(reader: Reader): void {
  const end = reader.text.indexOf("'", reader.at + 1);
  const stop = end === -1 ? reader.text.length : end;
  append(reader, reader.text.slice(reader.at + 1, stop));
  reader.at = stop + 1;
}

function doubleQuoted(reader: Reader): void {
  reader.at += 1;
  append(reader, '');
  while (reader.at < reader.text.length) {
    const char = reader.text.charAt(reader.at);
    if (char === '"') break;
    if (char === '$' || char === '`') {
      append(reader, expansion(reader));
      continue;
    }
    const next = reader.text.charAt(reader.at + 1);
    const escapes = char === '\\' && ['$', '`', '"', '\\', '\n'].includes(next);
    append(reader, escapes ? (next === '\n' ? '' : next) : char);
    reader.at += escapes ? 2 : 1;
  }
  reader.at += 1;
}

/** Only $HOME is known; everything else is taken over whole, with its brackets, so that its inside is not read as words. */
function expansion(reader: Reader): string {
  const rest = reader.text.slice(reader.at, reader.at + MAX_EXPANSION);
  const match =
    /^(?:\$HOME(?![A-Za-z0-9_])|\$\{HOME\}|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$[A-Za-z0-9_]+|`[^`]*`|[$`])/.exec(
      rest,
    );
  const found = match?.[0] ?? rest.charAt(0);
  reader.at += found.length;
  return reader.home !== null && (found === '$HOME' || found === '${HOME}') ? reader.home : found;
}

function skipLine(reader: Reader): void {
  const end = reader.text.indexOf('\n', reader.at);
  reader.at = end === -1 ? reader.text.length : end;
}

function append(reader: Reader, text: string): void {
  reader.word = (reader.word ?? '') + text;
}

function endWord(reader: Reader): void {
  if (reader.word !== null) reader.words.push(reader.word);
  reader.word = null;
}

function endCommand(reader: Reader): void {
  endWord(reader);
  if (reader.words.length > 0) reader.commands.push(reader.words);
  reader.words = [];
}
