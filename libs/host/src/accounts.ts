import { join } from 'node:path';
import { readBoundedFile } from './read-file.ts';
import type { UserAccount, UsersRead } from './types.ts';

const NO_LOGIN = /\/(nologin|false|true|sync|halt|shutdown)$/;
const NO_HOME = new Set(['', '/', '/nonexistent', '/dev/null', '/proc', '/bin', '/sbin', '/usr/sbin']);
/** `nobody`; above the range that adduser gives to people. */
const NOBODY_UID = 65534;
const MAX_ACCOUNTS = 5000;

/** Accounts of passwd(5) below `root`. */
export async function readUsers(root: string): Promise<UsersRead> {
  const read = await readBoundedFile(join(root, 'etc/passwd'), { maxBytes: 1024 * 1024 });
  if (read.state !== 'read') return { users: [], detail: read.detail };
  return { users: parsePasswd(Buffer.from(read.bytes).toString('utf8'), root), detail: null };
}

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
  const isPerson = (uid === 0 || (uid >= 1000 && uid < NOBODY_UID)) && isHome(home) && isShell(shell);
  return { name, uid, gid: Number(gidText), home: root === '/' ? home : join(root, home), person: isPerson };
}

function isHome(home: string): boolean {
  return home.startsWith('/') && !NO_HOME.has(home);
}

function isShell(shell: string): boolean {
  return shell !== '' && !NO_LOGIN.test(shell);
}
