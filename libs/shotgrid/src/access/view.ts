import { createHash } from 'node:crypto';
import type { ShotgridEntry } from '../ports.ts';
import { lookAt, SHARE_TIMEOUT_MS, type Look, type There } from './look.ts';
import type { Reader } from './rights.ts';
import type { Scan } from './scan.ts';
import type { SharedFrom } from './shares.ts';

/** The file system with the rights of one account: of a person for all that person's settings lead to; null: as each path allows. */
export interface View {
  readonly scan: Scan;
  readonly fixed: Reader;
  /** Looks at metadata alone; nothing is opened. */
  look(path: string): Promise<Look>;
  /** Something is there and not left alone. */
  has(path: string): Promise<boolean>;
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

/** More entries of one directory are not looked at. */
const MOST_ENTRIES = 10_000;
/** A longer list is read again rather than kept. */
const MOST_REMEMBERED = 500;
/** Files that may be larger are read one after the other. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** libs/host says so of a child that had to be given up. */
const NO_ANSWER = /does not answer/;

export function createView(scan: Scan, fixed: Reader): View {
  const look = (path: string): Promise<Look> => lookAt(scan, { path, fixed });
  const list = async (path: string): Promise<readonly ShotgridEntry[] | null> => {
    const found = await look(path);
    if (found.state !== 'there' || found.identity.kind !== 'directory') return null;
    return await remembered(scan, {
      ...{ path, found, kind: 'list' },
      read: () => listAt(scan, { path, found }),
      isKept: (entries) => entries !== null && entries.length <= MOST_REMEMBERED,
    });
  };
  return {
    ...{ scan, fixed, look, list },
    has: async (path) => (await look(path)).state === 'there',
    async facts(path, how) {
      const found = await look(path);
      if (found.state !== 'there') return { state: found.state === 'missing' ? 'missing' : 'failed' };
      const { reader, shared } = found;
      const result = await remembered(scan, {
        ...{ path, found, kind: how.kind },
        read: () =>
          how.maxBytes > LARGE_BYTES
            ? scan.alone(() => factsAt(scan, { path, found, how }))
            : factsAt(scan, { path, found, how }),
        isKept: ({ state }) => state === 'read',
      });
      return result.state === 'read' ? { ...result, reader, shared } : result;
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
  // Whoever can be nobody else looks with the own rights; a service of Windows (uid -1) may be anybody's and is not that person.
  if (home === undefined || (!ports.canActAs && ports.uid >= 0)) return createView(scan, null);
  const person = scan.people.find(({ account }) => account.uid === home.uid);
  return person === undefined ? null : createView(scan, person.reader);
}

/** Known from an earlier look where nothing has changed since, by metadata that no change leaves as they are. */
async function remembered<T>(
  scan: Scan,
  of: {
    readonly path: string;
    readonly found: There;
    readonly kind: string;
    readonly read: () => Promise<T>;
    readonly isKept: (value: T) => boolean;
  },
): Promise<T> {
  const { reader } = of.found;
  const { identity, settled } = of.found.identity;
  if (!settled) return await of.read();
  const key = `${of.kind}\0${reader?.uid ?? ''}\0${of.path}`;
  const known = scan.memory.recall(key, identity);
  if (known !== undefined) return known as T;
  const value = await of.read();
  if (of.isKept(value)) scan.memory.keep(key, { identity, value });
  return value;
}

function howOf(found: There): {
  asUser?: Exclude<Reader, null>;
  apart?: boolean;
  timeoutMs?: number;
} {
  return {
    ...(found.reader === null ? {} : { asUser: found.reader }),
    ...(found.shared === null ? {} : { apart: true, timeoutMs: SHARE_TIMEOUT_MS }),
  };
}

function noteFailure(
  scan: Scan,
  failure: { readonly path: string; readonly found: There; readonly detail: string },
): void {
  const { path, found, detail } = failure;
  if (found.shared !== null && NO_ANSWER.test(detail)) scan.shares.gaveNoAnswer(path, found.shared);
  else scan.note(path, detail);
}

async function listAt(
  scan: Scan,
  at: { readonly path: string; readonly found: There },
): Promise<readonly ShotgridEntry[] | null> {
  const { path, found } = at;
  const listing = await scan.ports.listDirectory(path, { limit: MOST_ENTRIES, ...howOf(found) });
  if (listing.state !== 'listed') {
    if (listing.state === 'unreadable') noteFailure(scan, { ...at, detail: listing.detail });
    return null;
  }
  if (listing.truncated) scan.note(path, `Only the first ${MOST_ENTRIES} entries were looked at`);
  // A name that is no UTF-8 cannot be opened by what was read of it.
  return listing.entries.filter(({ name }) => !name.includes('\ufffd'));
}

type Read<T> = { readonly state: 'read'; readonly value: T } | { readonly state: 'missing' | 'failed' };

async function factsAt<T>(
  scan: Scan,
  at: { readonly path: string; readonly found: There; readonly how: Derivation<T> },
): Promise<Read<T>> {
  const { path, found, how } = at;
  const read = await scan.ports.readFile(path, { maxBytes: how.maxBytes, ...howOf(found) });
  if (read.state === 'missing') return { state: 'missing' };
  if (read.state !== 'read') {
    noteFailure(scan, { path, found, detail: read.detail });
    return { state: 'failed' };
  }
  return { state: 'read', value: await derived(scan, { how, bytes: read.bytes }) };
}

/** The same bytes lie in many places: the CA file of certifi in each copy of the API, a core's zip in each cache. */
async function derived<T>(
  scan: Scan,
  work: { readonly how: Derivation<T>; readonly bytes: Uint8Array },
): Promise<T> {
  const digest = createHash('sha256').update(work.bytes).digest('hex');
  const key = `content:${work.how.kind}\0${digest}`;
  const known = scan.memory.recall(key, digest);
  if (known !== undefined) return known as T;
  const value = await work.how.derive(work.bytes);
  scan.memory.keep(key, { identity: digest, value });
  return value;
}
