import type { Account } from './ports.ts';
import { below } from './paths.ts';

/** One line of passwd(5). `home` lies below the scan's root. */
export interface UserAccount extends Account {
  readonly name: string;
  readonly home: string;
  /** A person (or root) who can sign in: has start-up files that set variables. */
  readonly person: boolean;
}

const NO_LOGIN = /\/(nologin|false|true|sync|halt|shutdown)$/;
const NO_HOME = new Set(['', '/', '/nonexistent', '/dev/null', '/proc', '/bin', '/sbin', '/usr/sbin']);
/** `nobody`; above the range that adduser gives to people. */
export const NOBODY: Account = { uid: 65534, gid: 65534 };
const MAX_ACCOUNTS = 5000;

export function parsePasswd(text: string, root: string): UserAccount[] {
  const accounts = text.split('\n').flatMap((line) => parseLine(line, root) ?? []);
  return accounts.slice(0, MAX_ACCOUNTS).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const LINE = /^([^:\s]{1,256}):[^:]*:(\d{1,10}):(\d{1,10}):[^:]*:([^:]*):(.*)$/;

function parseLine(line: string, root: string): UserAccount | null {
  const fields = LINE.exec(line);
  if (fields === null) return null;
  const [, name = '', uidText, gidText, home = '', shell = ''] = fields;
  const uid = Number(uidText);
  const isPerson = (uid === 0 || (uid >= 1000 && uid < NOBODY.uid)) && isHome(home) && isShell(shell);
  return { name, uid, gid: Number(gidText), home: below(root, home), person: isPerson };
}

function isHome(home: string): boolean {
  return home.startsWith('/') && !NO_HOME.has(home);
}

function isShell(shell: string): boolean {
  return shell !== '' && !NO_LOGIN.test(shell);
}
