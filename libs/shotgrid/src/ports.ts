import type { BundleRead } from '@trustfleet/certificates';

/** What the discovery needs of the operating system. libs/host implements it (createHost()). Shapes and limits: see libs/host types. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}
/** `nobody`; above the range that adduser gives to people. */
export const NOBODY: Account = { uid: 65534, gid: 65534 };

/** An account of the machine. `home` lies below the scan's root. */
export interface UserAccount extends Account {
  readonly name: string;
  readonly home: string;
  /** A person (or root) who can sign in. */
  readonly person: boolean;
}

export interface ShotgridEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}
export type ShotgridListing =
  | { readonly state: 'listed'; readonly entries: readonly ShotgridEntry[]; readonly truncated: boolean }
  | { readonly state: 'missing' | 'unreadable' | 'notDirectory'; readonly detail: string };

/** Metadata alone; see FileIdentity of libs/host. */
export interface ShotgridIdentity {
  readonly kind: ShotgridEntry['kind'];
  readonly identity: string;
  readonly settled: boolean;
  readonly mode: number;
  readonly uid: number;
}

interface How {
  readonly asUser?: Account | undefined;
  /** In a child that may be given up, also with the agent's own rights. */
  readonly apart?: boolean;
  readonly timeoutMs?: number;
}

export interface ShotgridPorts {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Effective uid of the agent; -1 where the system has none (Windows). */
  readonly uid: number;
  /** True for root that may take any account's identity. */
  readonly canActAs: boolean;
  users(root: string): Promise<{ readonly users: readonly UserAccount[]; readonly detail: string | null }>;
  readFile(path: string, options?: How & { readonly maxBytes?: number }): Promise<BundleRead>;
  listDirectory(path: string, options?: How & { readonly limit?: number }): Promise<ShotgridListing>;
  inspectPath(path: string): Promise<{
    readonly state: 'resolved' | 'missing' | 'unreadable';
    readonly owners: readonly number[];
    readonly writable: string | null;
  }>;
  identify(
    paths: readonly string[],
    options?: { readonly followLinks?: boolean },
  ): Promise<readonly (ShotgridIdentity | null)[]>;
  /** Links followed, by a child that is given up: for what lies on a share. Null for what is missing or cannot be seen. */
  identifyApart(path: string, options?: Omit<How, 'apart'>): Promise<ShotgridIdentity | 'noAnswer' | null>;
  /** The network file system on the way to `path`, links followed by hand: it is asked before a path is touched. */
  networkShare(path: string): Promise<{
    readonly type: string;
    readonly export: string;
    /** Where it is mounted, and the path below that; absent or null where that is not known. */
    readonly mount?: string | null;
    readonly path?: string | null;
  } | null>;
}
