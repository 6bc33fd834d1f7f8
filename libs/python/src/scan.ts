import type { BundleRead } from '@trustfleet/certificates';
import { clip, type CollectorProblem } from '@trustfleet/protocol';
import { below, isInside } from './paths.ts';
import {
  NOBODY,
  type Account,
  type PythonListing,
  type PythonPathChain,
  type PythonPorts,
  type PythonShare,
  type UserAccount,
} from './ports.ts';
import { createShares, type Shares } from './shares.ts';
import type { CollectOptions, KnownPythons } from './types.ts';

/** null: the agent's own rights. */
export type Reader = Account | null;

/** One collection: the ports behind the rules that hold for all collectors, and the problems it met. */
export interface Scan {
  readonly ports: PythonPorts;
  readonly root: string;
  readonly options: CollectOptions;
  readonly accounts: readonly UserAccount[];
  /** What an earlier look of the same kind left. */
  readonly known: KnownPythons | null;
  readonly problems: CollectorProblem[];
  /** A file on a network mount is not touched, unless that is configured: `unreadable`. */
  read(
    path: string,
    how: { readonly reader: Reader; readonly maxBytes?: number; readonly head?: boolean },
  ): Promise<BundleRead>;
  list(path: string, reader: Reader): Promise<PythonListing>;
  chain(path: string): Promise<PythonPathChain>;
  /** As the port; a directory is looked through once a scan for the same owners: many environments have one standard library. */
  findForeign: PythonPorts['findForeign'];
  /** Null for what lies on this machine. */
  shareOf(path: string): Promise<PythonShare | null>;
  readonly shares: Pick<Shares, 'gaveNoAnswer' | 'isSilent' | 'states'>;
  /** What each path is like, for telling later whether it changed; `settled` false: it cannot be told. Asks the mount table first. */
  marksOf(
    paths: readonly string[],
  ): Promise<{ readonly marks: readonly string[]; readonly settled: boolean }>;
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
  if (detail !== null) note(ports.platform === 'windows' ? 'C:\\Users' : below(root, '/etc/passwd'), detail);
  const shares = createShares(ports, { readNetwork: options.readNetwork ?? [], note });
  const access = createAccess(ports, shares);
  return {
    ports,
    root,
    options,
    accounts,
    known: knownOf({ ports, root, options }),
    problems,
    note,
    ...access,
    ...createReaders(ports, { accounts, chain: access.chain }),
  };
}

/** Another root, agent or configuration looks with other eyes. */
export function eyesOf({ ports, root, options }: Pick<Scan, 'ports' | 'root' | 'options'>): string {
  const { search = [], readNetwork = [], products = [] } = options;
  return JSON.stringify([ports.platform, ports.uid, ports.canActAs, root, search, readNetwork, products]);
}

function knownOf(of: Pick<Scan, 'ports' | 'root' | 'options'>): KnownPythons | null {
  const { known } = of.options;
  return known?.format === 1 && known.of === eyesOf(of) ? known : null;
}

/** Reads that ask the mount table first; each path's chain is looked at once a scan. */
function createAccess(
  ports: PythonPorts,
  shares: Shares,
): Pick<Scan, 'read' | 'list' | 'chain' | 'findForeign' | 'shareOf' | 'shares' | 'marksOf'> {
  const searched = new Map<string, ReturnType<PythonPorts['findForeign']>>();
  const chains = new Map<string, Promise<PythonPathChain>>();
  return {
    shareOf: (path) => shares.of(path),
    shares,
    findForeign(search) {
      const key = JSON.stringify([search.directory, search.owners, search.asUser ?? null]);
      const found = searched.get(key) ?? ports.findForeign(search);
      searched.set(key, found);
      return found;
    },
    async read(path, { reader, maxBytes, head }) {
      const way = await shares.wayTo(path);
      if (way.refused !== null)
        return { state: 'unreadable', detail: way.refused, size: null, realPath: null };
      const read = await ports.readFile(path, {
        asUser: reader ?? undefined,
        head: head ?? false,
        ...way.how,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
      if (read.state === 'unreadable') way.failed(read.detail);
      return read;
    },
    async list(path, reader) {
      const way = await shares.wayTo(path);
      if (way.refused !== null) return { state: 'unreadable', detail: way.refused };
      const listing = await ports.listDirectory(path, { asUser: reader ?? undefined, ...way.how });
      if (listing.state === 'unreadable') way.failed(listing.detail);
      return listing;
    },
    chain(path) {
      const known = chains.get(path);
      if (known !== undefined) return known;
      const looked = chainOf(ports, shares, path);
      chains.set(path, looked);
      return looked;
    },
    async marksOf(paths) {
      const local = await Promise.all(paths.map(async (path) => (await shares.of(path)) === null));
      const found = await ports.identify(paths.filter((_, index) => local[index]));
      const next = found.values();
      let settled = true;
      const marks = local.map((here) => {
        const identity = here ? (next.next().value ?? null) : undefined;
        if (identity === undefined || identity?.settled === false) settled = false;
        return identity?.identity ?? 'missing';
      });
      return { marks, settled };
    },
  };
}

/** A share may be changed by whoever else has it mounted: its chain counts as writable, so that nothing of it is ever run. */
async function chainOf(ports: PythonPorts, shares: Shares, path: string): Promise<PythonPathChain> {
  const way = await shares.wayTo(path);
  const unseen = { realPath: null, owners: [], writable: path, openToAll: false };
  if (way.refused !== null) return { ...unseen, state: 'unreadable' };
  if (!way.how.apart) return await ports.inspectPath(path);
  const read = await ports.readFile(path, { ...way.how, head: true, maxBytes: 1 });
  if (read.state === 'unreadable') way.failed(read.detail);
  if (read.realPath === null)
    return { ...unseen, state: read.state === 'missing' ? 'missing' : 'unreadable' };
  return { ...unseen, state: 'resolved', realPath: read.realPath };
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
