import type { BundleRead } from '@trustfleet/certificates';
import { clip, type CollectorProblem } from '@trustfleet/protocol';
import { below, isInside } from './paths.ts';
import {
  NOBODY,
  type Account,
  type PythonListing,
  type PythonPathChain,
  type PythonPorts,
  type UserAccount,
} from './ports.ts';
import type { CollectOptions } from './types.ts';

/** null: the agent's own rights. */
export type Reader = Account | null;

/** One collection: the ports behind the rules that hold for all collectors, and the problems it met. */
export interface Scan {
  readonly ports: PythonPorts;
  readonly root: string;
  readonly options: CollectOptions;
  readonly accounts: readonly UserAccount[];
  readonly problems: CollectorProblem[];
  /** A file on a network mount is not touched: `unreadable`. */
  read(
    path: string,
    how: { readonly reader: Reader; readonly maxBytes?: number; readonly head?: boolean },
  ): Promise<BundleRead>;
  list(path: string, reader: Reader): Promise<PythonListing>;
  chain(path: string): Promise<PythonPathChain>;
  /** Whose rights suffice for `path` and are safe: its one owner's, `nobody`'s where several accounts could have put something there. */
  readerFor(path: string): Promise<Reader>;
  /** Null where this agent cannot read as that account. */
  readerOf(account: Account): Reader | undefined;
  note(path: string, reason: string): void;
}

/** As many as a section takes. */
export const MAX_PROBLEMS = 200;

export async function createScan(ports: PythonPorts, options: CollectOptions): Promise<Scan> {
  const root = options.root ?? '/';
  const problems: CollectorProblem[] = [];
  const note = (path: string, reason: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path: clip(path, 4096), reason: clip(reason, 512) });
  };
  const { users: accounts, detail } = await ports.users(root);
  if (detail !== null) note(below(root, '/etc/passwd'), detail);
  const access = createAccess(ports);
  return {
    ports,
    root,
    options,
    accounts,
    problems,
    note,
    ...access,
    ...createReaders(ports, { accounts, chain: access.chain }),
  };
}

/** Reads that ask the mount table first; each path's chain is looked at once a scan. */
function createAccess(ports: PythonPorts): Pick<Scan, 'read' | 'list' | 'chain'> {
  const chains = new Map<string, Promise<PythonPathChain>>();
  const share = async (path: string): Promise<string | null> => {
    const type = await ports.networkMount(path);
    return type === null ? null : `${path} lies on a network mount (${type}) and is left alone`;
  };
  return {
    async read(path, { reader, maxBytes, head }) {
      const detail = await share(path);
      if (detail !== null) return { state: 'unreadable', detail, size: null, realPath: null };
      return await ports.readFile(path, {
        asUser: reader ?? undefined,
        head: head ?? false,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
    },
    async list(path, reader) {
      const detail = await share(path);
      if (detail !== null) return { state: 'unreadable', detail };
      return await ports.listDirectory(path, { asUser: reader ?? undefined });
    },
    chain(path) {
      const known = chains.get(path);
      if (known !== undefined) return known;
      const looked = share(path).then((detail) =>
        detail === null
          ? ports.inspectPath(path)
          : { state: 'unreadable' as const, realPath: null, owners: [], writable: path, openToAll: false },
      );
      chains.set(path, looked);
      return looked;
    },
  };
}

function createReaders(
  ports: PythonPorts,
  known: { readonly accounts: readonly UserAccount[]; readonly chain: Scan['chain'] },
): Pick<Scan, 'readerFor' | 'readerOf'> {
  return {
    async readerFor(path) {
      if (!ports.canActAs) return null;
      const { owners, writable } = await known.chain(path);
      const owner = owners[0];
      if (writable !== null || owners.length > 1) return NOBODY;
      return owner === undefined ? null : accountOf(known.accounts, owner);
    },
    readerOf(account) {
      if (account.uid === ports.uid) return null;
      return ports.canActAs ? { uid: account.uid, gid: account.gid } : undefined;
    },
  };
}

/** An owner without an account keeps its uid and gets the group that owns nothing. */
export function accountOf(accounts: readonly UserAccount[], uid: number): Account {
  const known = accounts.find((account) => account.uid === uid);
  return { uid, gid: known?.gid ?? NOBODY.gid };
}

export function homeOf(scan: Scan, path: string): UserAccount | null {
  return scan.accounts.find((account) => account.person && isInside(path, account.home)) ?? null;
}

export function problemsOf(scan: Scan): CollectorProblem[] {
  return inOrder(scan.problems);
}

export function inOrder(problems: readonly CollectorProblem[]): CollectorProblem[] {
  return problems.toSorted((a, b) => compare(`${a.path}\0${a.reason}`, `${b.path}\0${b.reason}`));
}

/** Order by code units: the same on every host and in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
