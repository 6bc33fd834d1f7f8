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
  const accounts = text.split('\n').flatMap((line) => {
    const [name, , uidText, gidText, , home = '', shell = ''] = line.split(':');
    if (name === undefined || name === '' || !isId(uidText) || !isId(gidText)) return [];
    const uid = Number(uidText);
    const person = (uid === 0 || (uid >= 1000 && uid < 65534)) && !NO_HOME.has(home) && home.startsWith('/') && shell !== '' && !NO_LOGIN.test(shell);
    return [{ name: name.slice(0, 256), uid, gid: Number(gidText), home: below(root, home), person }];
  });
  return accounts.slice(0, MAX_ACCOUNTS).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 4_294_967_295;
}
