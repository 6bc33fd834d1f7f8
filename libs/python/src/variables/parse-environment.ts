import { keptName, lastOfEach, type Assignment, type ParseAssignments } from './assignments.ts';
import { shellCommands } from './shell-words.ts';

/**
 * /etc/environment as pam_env reads it (`_parse_env_file`; measured with PAM 1.5.2): an optional `export ` with one space, everything from `#`
 * is cut off, a quote goes at the beginning and at the very end alone, nothing is expanded. White space and a carriage return behind the value
 * belong to it: `X="/a" # b` is `/a" `, a file that is not there.
 */
export const parseEtcEnvironment: ParseAssignments = (text) =>
  lastOfEach(
    text.split('\n').flatMap((raw) => {
      const match = /^[ \t]*(?:export )?([A-Za-z0-9_]+)=([^#]*)/.exec(raw);
      const name = keptName(match?.[1] ?? '');
      return name === null ? [] : [{ name, value: unquote(match?.[2] ?? '') }];
    }),
  );

function unquote(value: string): string {
  if (!/^["']/.test(value)) return value;
  return value.slice(1).replace(/["']$/, '');
}

/**
 * /etc/security/pam_env.conf and ~/.pam_environment (pam_env.conf(5)): `NAME DEFAULT=… OVERRIDE=…`, an override that is set
 * wins. The user's file is also met with plain `NAME=value` lines.
 */
export const parsePamEnvironment: ParseAssignments = (text, home) =>
  lastOfEach(
    text
      .replace(/\\\r?\n/g, ' ')
      .split(/\r?\n/)
      .flatMap((line) => pamLine(line, home)),
  );

function pamLine(line: string, home: string | null): Assignment[] {
  const [, written = '', separator = '', rest = ''] = /^\s*([A-Za-z_]\w*)(=|\s+)(.*)$/.exec(line) ?? [];
  const name = keptName(written);
  if (name === null) return [];
  const value =
    separator === '=' ? unquote(rest.trim()) : (pamOption(rest, 'OVERRIDE') ?? pamOption(rest, 'DEFAULT'));
  return value === null ? [] : [{ name, value: atHome(value, home) }];
}

function pamOption(options: string, key: string): string | null {
  const match = new RegExp(`(?:^|\\s)${key}=(?:"([^"]*)"|(\\S*))`).exec(options);
  const value = match?.[1] ?? match?.[2] ?? '';
  return value === '' ? null : value;
}

function atHome(value: string, home: string | null): string {
  return home === null ? value : value.replace(/^(?:@\{HOME\}|\$\{HOME\})/, home);
}

/** environment.d(5): `KEY=VALUE` lines with shell-like quotes. */
export const parseEnvironmentD: ParseAssignments = (text, home) =>
  lastOfEach(
    shellCommands(text.replace(/\r\n/g, '\n'), home).flatMap((words) =>
      words.length === 1 ? fromWord(words[0] ?? '') : [],
    ),
  );

/** `Environment=` of systemd.exec(5) in the section [Service]; an empty one forgets those before it. */
export const parseUnit: ParseAssignments = (text) => {
  let section = '';
  let found: Assignment[] = [];
  for (const raw of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const line = raw.trim();
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const value = section === 'Service' ? /^Environment\s*=\s*(.*)$/.exec(line)?.[1] : undefined;
    if (value === '') found = [];
    else if (value !== undefined) found.push(...shellWords(value).flatMap(fromWord));
  }
  return lastOfEach(found);
};

/** systemd knows quotes but no `;` or `#` inside a line. */
function shellWords(value: string): string[] {
  const words = value.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, double?: string, single?: string) => double?.replace(/\\(.)/g, '$1') ?? single ?? '',
    ),
  );
}

function fromWord(word: string): Assignment[] {
  const equals = word.indexOf('=');
  const name = keptName(word.slice(0, Math.max(equals, 0)));
  return name === null ? [] : [{ name, value: word.slice(equals + 1) }];
}
