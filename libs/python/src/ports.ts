import type { BundleRead } from '@trustfleet/certificates';

/** What the collectors need of the operating system. libs/host implements it (createHost()). Shapes and limits: see libs/host types. */
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
  /** A person (or root) who can sign in: has start-up files that set variables. */
  readonly person: boolean;
}

export interface PythonRunResult {
  readonly state: 'exited' | 'signalled' | 'timedOut' | 'outputTooLarge' | 'notStarted';
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly reason: string | null;
}
export type PythonListing =
  | {
      readonly state: 'listed';
      readonly entries: readonly {
        readonly name: string;
        readonly kind: 'file' | 'directory' | 'link' | 'other';
      }[];
      readonly truncated: boolean;
    }
  | { readonly state: 'missing' | 'unreadable' | 'notDirectory'; readonly detail: string };
export interface PythonPathChain {
  readonly state: 'resolved' | 'missing' | 'unreadable';
  readonly realPath: string | null;
  readonly owners: readonly number[];
  readonly writable: string | null;
  readonly openToAll: boolean;
}

/** Texts of one key of the Windows registry and the names of the keys below it. */
export type RegistryReading =
  | {
      readonly state: 'read';
      readonly values: readonly { readonly name: string; readonly text: string; readonly expands: boolean }[];
      readonly keys: readonly string[];
    }
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

export interface Registry {
  read(hive: 'localMachine' | 'users', key: string): Promise<RegistryReading>;
}

/** A network file system: its type, and `server:/export` where the system says so. */
export interface PythonShare {
  readonly type: string;
  readonly export: string;
  /** Where it is mounted, and the path below that; absent or null where that is not known. */
  readonly mount?: string | null;
  readonly path?: string | null;
}

export interface PythonPorts {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Null on every other system than Windows. */
  readonly registry: Registry | null;
  /** Effective uid of the agent; -1 where the system has none (Windows). */
  readonly uid: number;
  /** True for root that may take any account's identity. */
  readonly canActAs: boolean;
  /** The account database below `root`; `detail` says why it could not be read. */
  users(root: string): Promise<{ readonly users: readonly UserAccount[]; readonly detail: string | null }>;
  readFile(
    path: string,
    options?: {
      readonly maxBytes?: number;
      readonly head?: boolean;
      readonly asUser?: Account | undefined;
      /** In a child that is given up after `timeoutMs`: for a share that may not answer. */
      readonly apart?: boolean;
      readonly timeoutMs?: number;
    },
  ): Promise<BundleRead>;
  listDirectory(
    path: string,
    options?: {
      readonly limit?: number;
      readonly asUser?: Account | undefined;
      readonly apart?: boolean;
      readonly timeoutMs?: number;
    },
  ): Promise<PythonListing>;
  findFiles(search: {
    readonly root: string;
    readonly names: readonly string[];
    readonly maxDepth: number;
    readonly prune: readonly string[];
    readonly limit: number;
    readonly timeoutMs: number;
    readonly asUser?: Account | undefined;
  }): Promise<{
    readonly paths: readonly string[];
    readonly complete: boolean;
    readonly detail: string | null;
  }>;
  inspectPath(path: string): Promise<PythonPathChain>;
  findForeign(search: {
    readonly directory: string;
    readonly owners: readonly number[];
    readonly timeoutMs: number;
    readonly asUser?: Account | undefined;
  }): Promise<{
    readonly state: 'clean' | 'foreign' | 'unknown';
    readonly path: string | null;
    readonly detail: string | null;
  }>;
  networkMount(path: string): Promise<string | null>;
  /** As {@link networkMount}, with what is mounted there. */
  networkShare(path: string): Promise<PythonShare | null>;
  /** Metadata alone; null for what is missing or cannot be seen. */
  identify(
    paths: readonly string[],
  ): Promise<readonly ({ readonly identity: string; readonly settled: boolean } | null)[]>;
  runProgram(request: {
    readonly argv: readonly [string, ...string[]];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd?: string;
    /** Text for its stdin, which then stays open. Without it stdin is closed. */
    readonly input?: string;
    readonly timeoutMs: number;
    readonly maxOutputBytes?: number;
    readonly runAs?: Account | undefined;
  }): Promise<PythonRunResult>;
}
