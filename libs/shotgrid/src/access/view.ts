import { createHash } from 'node:crypto';
import { NOBODY, type ShotgridEntry, type ShotgridIdentity } from '../ports.ts';
import type { Reader } from './rights.ts';
import type { Scan } from './scan.ts';
import type { SharedFrom } from './shares.ts';

/** The file system with the rights of one account: of a person for all that person's settings lead to; null: as each path allows. */
export interface View {
  readonly scan: Scan;
  readonly fixed: Reader;
  /** Looks at metadata alone; nothing is opened. */
  look(path: string): Promise<Look>;
  /** Sorted by name. Null where there is no such directory; one that may not be read becomes a problem line too. */
  list(path: string): Promise<readonly ShotgridEntry[] | null>;
  /** What `derive` makes of a file's bytes; remembered where the file does not change. A failure other than "missing" becomes a problem line. */
  facts<T>(path: string, how: Derivation<T>): Promise<Facts<T>>;
}

export interface Derivation<T> {
  /** Names the derivation; a part of what is remembered. */
  readonly kind: string;
  readonly maxBytes: number;
  /** Its result is JSON. Throws for nothing that the bytes may be. */
  readonly derive: (bytes: Uint8Array) => T | Promise<T>;
}
export type Facts<T> =
  | { readonly state: 'read'; readonly value: T; readonly reader: Reader; readonly shared: SharedFrom | null }
  | { readonly state: 'missing' | 'failed' };

export type Look =
  | { readonly state: 'missing' | 'leftAlone' }
  | {
      readonly state: 'there';
      readonly reader: Reader;
      /** Null on a share, where even a look may have no answer. */
      readonly identity: ShotgridIdentity | null;
      readonly shared: SharedFrom | null;
    };
type There = Extract<Look, { state: 'there' }>;

/** For one answer of a share; the first that takes longer ends all of that share. */
const SHARE_TIMEOUT_MS = 3000;
/** More entries of one directory are not looked at. */
const MOST_ENTRIES = 10_000;

export function createView(scan: Scan, fixed: Reader): View {
  const look = (path: string): Promise<Look> => lookAt(scan, { path, fixed });
  return {
    scan,
    fixed,
    look,
    async list(path) {
      const found = await look(path);
      return found.state === 'there' ? await listAt(scan, { path, found }) : null;
    },
    async facts(path, how) {
      const found = await look(path);
      if (found.state !== 'there') return { state: found.state === 'missing' ? 'missing' : 'failed' };
      return await factsAt(scan, { path, found, how });
    },
  };
}

/**
 * The view in which a path that nobody's settings named is looked at: a person's home is that person's, all else is judged by its owners.
 * Null where this agent could open it only with rights that are not that person's.
 */
export function viewOf(scan: Scan, path: string): View | null {
  const { ports, paths } = scan;
  const home = scan.accounts.find(
    (account) => account.person && account.uid !== 0 && paths.isInside(path, account.home),
  );
  // An agent without root's rights has none that could be misused.
  if (home === undefined || (!ports.canActAs && ports.uid > 0)) return createView(scan, null);
  const person = scan.people.find(({ account }) => account.uid === home.uid);
  return person === undefined ? null : createView(scan, person.reader);
}

async function lookAt(scan: Scan, at: { readonly path: string; readonly fixed: Reader }): Promise<Look> {
  const { path, fixed } = at;
  const { ports, rights, shares, paths } = scan;
  const directory = paths.parent(path);
  const above = await shares.standing(directory);
  if (above.state === 'leftAlone') return above;
  if (above.state === 'shared') return onShare(scan, { fixed, shared: above.shared });
  const [own] = await ports.identify([path], { followLinks: false });
  if (own === null || own === undefined) return { state: 'missing' };
  if (own.kind === 'file' || own.kind === 'other')
    return { state: 'there', reader: fixed ?? (await rights.inside(directory)), identity: own, shared: null };
  // A directory may be a mount point, a link may lead anywhere.
  const itself = await shares.standing(path);
  if (itself.state === 'leftAlone') return itself;
  if (itself.state === 'shared') return onShare(scan, { fixed, shared: itself.shared });
  if (own.kind === 'directory')
    return { state: 'there', reader: fixed ?? (await rights.inside(path)), identity: own, shared: null };
  const [identity] = await ports.identify([path]);
  if (identity === null || identity === undefined) return { state: 'missing' };
  return { state: 'there', reader: fixed ?? (await rights.through(path)), identity, shared: null };
}

/** Root of this machine is nobody there, and a link on a share may lead back here: read as `nobody` too. */
function onShare(scan: Scan, at: { readonly fixed: Reader; readonly shared: SharedFrom }): There {
  const reader = at.fixed ?? (scan.ports.canActAs ? NOBODY : null);
  return { state: 'there', reader, identity: null, shared: at.shared };
}

function howOf(found: There): { asUser?: Exclude<Reader, null>; apart?: boolean; timeoutMs?: number } {
  return {
    ...(found.reader === null ? {} : { asUser: found.reader }),
    ...(found.shared === null ? {} : { apart: true, timeoutMs: SHARE_TIMEOUT_MS }),
  };
}

/** libs/host says so of a child that had to be given up. */
const NO_ANSWER = /does not answer/;

function noteFailure(
  scan: Scan,
  failure: { readonly path: string; readonly shared: SharedFrom | null; readonly detail: string },
): void {
  const { path, shared, detail } = failure;
  if (shared !== null && NO_ANSWER.test(detail)) scan.shares.gaveNoAnswer(path, shared);
  else scan.note(path, detail);
}

async function listAt(
  scan: Scan,
  at: { readonly path: string; readonly found: There },
): Promise<readonly ShotgridEntry[] | null> {
  const { path, found } = at;
  if (found.identity !== null && found.identity.kind !== 'directory') return null;
  const key = `list\0${found.reader?.uid ?? ''}\0${path}`;
  const identity = found.identity?.settled === true ? found.identity.identity : null;
  const known = identity === null ? undefined : scan.memory.recall(key, identity);
  if (known !== undefined) return known as readonly ShotgridEntry[];
  const listing = await scan.ports.listDirectory(path, { limit: MOST_ENTRIES, ...howOf(found) });
  if (listing.state !== 'listed') {
    if (listing.state === 'unreadable')
      noteFailure(scan, { path, shared: found.shared, detail: listing.detail });
    return null;
  }
  if (listing.truncated) scan.note(path, `Only the first ${MOST_ENTRIES} entries were looked at`);
  const entries = listing.entries.filter(({ name }) => !name.includes('\ufffd'));
  if (identity !== null && entries.length <= MOST_REMEMBERED)
    scan.memory.keep(key, { identity, value: entries });
  return entries;
}

/** A longer list is read again rather than kept. */
const MOST_REMEMBERED = 500;

async function factsAt<T>(
  scan: Scan,
  at: { readonly path: string; readonly found: There; readonly how: Derivation<T> },
): Promise<Facts<T>> {
  const { path, found, how } = at;
  const { reader, shared } = found;
  const key = `${how.kind}\0${reader?.uid ?? ''}\0${path}`;
  const identity = found.identity?.settled === true ? found.identity.identity : null;
  const known = identity === null ? undefined : scan.memory.recall(key, identity);
  if (known !== undefined) return { state: 'read', value: known as T, reader, shared };
  const read = await scan.ports.readFile(path, { maxBytes: how.maxBytes, ...howOf(found) });
  if (read.state === 'missing') return { state: 'missing' };
  if (read.state !== 'read') {
    noteFailure(scan, { path, shared, detail: read.detail });
    return { state: 'failed' };
  }
  const value = await derived(scan, { how, bytes: read.bytes });
  if (identity !== null) scan.memory.keep(key, { identity, value });
  return { state: 'read', value, reader, shared };
}

/** The same bytes lie in many places: the CA file of certifi in each copy of the API, a core's zip in each cache. */
async function derived<T>(
  scan: Scan,
  work: { readonly how: Derivation<T>; readonly bytes: Uint8Array },
): Promise<T> {
  const digest = createHash('sha256').update(work.bytes).digest('hex');
  const key = `content\0${work.how.kind}`;
  const known = scan.memory.recall(`${key}\0${digest}`, digest);
  if (known !== undefined) return known as T;
  const value = await work.how.derive(work.bytes);
  scan.memory.keep(`${key}\0${digest}`, { identity: digest, value });
  return value;
}
