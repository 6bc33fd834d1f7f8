import { keptName, lastOfEach, type Assignment, type ParseAssignments } from './assignments.ts';
import { shellCommands } from './shell-words.ts';

const RESERVED = new Set(['then', 'do', 'else', '{', '!', 'builtin', 'command']);
const EXPORTS = new Set(['export', 'declare', 'typeset']);

/**
 * Start-up files of sh, bash and zsh: `export X=…`, `declare -x X=…`, and `X=…` with `export X` anywhere. Conditions are not
 * evaluated: an assignment inside one counts, since it names a file that some session may use.
 */
export const parseProfile: ParseAssignments = (text, home) => {
  const found: { name: Assignment['name']; value: string | null }[] = [];
  const exported = new Set<string>();
  for (const words of shellCommands(text.replace(/\r\n/g, '\n'), home)) {
    const start = words.findIndex((word) => !RESERVED.has(word));
    readCommand(words.slice(Math.max(start, 0)), { found, exported });
  }
  return lastOfEach(found.filter(({ name }) => exported.has(name)));
};

interface Found {
  readonly found: { name: Assignment['name']; value: string | null }[];
  readonly exported: Set<string>;
}

function readCommand(words: readonly string[], into: Found): void {
  const [first = '', ...rest] = words;
  if (first === 'unset') {
    for (const word of rest) {
      const name = keptName(word);
      if (name !== null) into.found.push({ name, value: null });
    }
    return;
  }
  const exports = EXPORTS.has(first);
  const assignments = exports ? rest : words;
  // `X=1 program` sets X for that program alone.
  if (!exports && !assignments.every((word) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(word))) return;
  for (const word of assignments) readWord(word, { ...into, exports });
}

function readWord(word: string, into: Found & { readonly exports: boolean }): void {
  const equals = word.indexOf('=');
  const name = keptName(equals === -1 ? word : word.slice(0, equals));
  if (name === null) return;
  if (into.exports) into.exported.add(name);
  if (equals !== -1) into.found.push({ name, value: word.slice(equals + 1) });
}
