import type { NetworkShare } from './mounts.ts';
import type { EndpointObservation, ObserveRequest } from './observe-endpoint/types.ts';
import type { WindowsRegistry } from './windows-registry/types.ts';

/** Shapes of the operating-system ports. Adapters declare what they need of these themselves; the shapes fit. */

/** Numeric identity a child runs with. Supplementary groups are always dropped. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface RunRequest {
  /** Program (absolute path) and its arguments. Never a shell string. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Default '/'; on Windows its System32, which nobody else can write to. */
  readonly cwd?: string;
  /** After this the whole process group gets SIGKILL. */
  readonly timeoutMs: number;
  /** Limit of each of stdout and stderr in bytes; past it the group is killed. Default 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Only root can name another account; rights are dropped for good. */
  readonly runAs?: Account | undefined;
  /** Kills the process group when it fires; the result is then `signalled`. */
  readonly signal?: AbortSignal | undefined;
  /** Text (or bytes) for its stdin, which then stays open: its end asks the program to stop, and comes by itself when this process dies. Without it stdin is closed. */
  readonly input?: string | Uint8Array | undefined;
  /** With `input`: how long a program that has to stop may take to do so by itself before the group is killed. Default 0. */
  readonly graceMs?: number | undefined;
}

export interface RunResult {
  /** `exited`: see exitCode. `notStarted`: the program could not be executed, see reason. */
  readonly state: 'exited' | 'signalled' | 'timedOut' | 'outputTooLarge' | 'notStarted';
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What arrived up to the limit. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** One sentence for people; null when it exited with 0. */
  readonly reason: string | null;
}

export interface ReadOptions {
  /** Default 16 MiB. */
  readonly maxBytes?: number;
  /** Only the first maxBytes bytes; a longer file is then not `tooLarge`. */
  readonly head?: boolean;
  /** Opened with this account's rights (in a child) when the agent is root; ignored when it is the agent's own uid. */
  readonly asUser?: Account | undefined;
  /** In a child that is given up after `timeoutMs`, also where the rights are the agent's own: for what lies on a share that may not answer. */
  readonly apart?: boolean;
  /** Only for reads in a child. Default 5000. */
  readonly timeoutMs?: number;
}

export type FileFailureState = 'missing' | 'unreadable' | 'notRegularFile' | 'tooLarge';
export type FileRead =
  | {
      readonly state: 'read';
      readonly bytes: Uint8Array;
      readonly size: number;
      readonly realPath: string | null;
    }
  | {
      readonly state: FileFailureState;
      readonly detail: string;
      readonly size: number | null;
      readonly realPath: string | null;
    };

export interface ListOptions {
  /** More entries than this: `truncated` is true. Default 10000. */
  readonly limit?: number;
  readonly asUser?: Account | undefined;
  /** As for {@link ReadOptions}. */
  readonly apart?: boolean;
  /** Only for listings in a child. Default 5000. */
  readonly timeoutMs?: number;
}
export type EntryKind = 'file' | 'directory' | 'link' | 'other';
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}
/** Entries are sorted by name (code units). */
export type DirectoryListing =
  | { readonly state: 'listed'; readonly entries: readonly DirectoryEntry[]; readonly truncated: boolean }
  | { readonly state: 'missing' | 'unreadable' | 'notDirectory'; readonly detail: string };

export interface FileSearch {
  readonly root: string;
  /** Base names, as find(1) patterns. */
  readonly names: readonly string[];
  readonly maxDepth: number;
  /** Base names (find(1) patterns) of directories that are not entered. */
  readonly prune: readonly string[];
  readonly limit: number;
  readonly timeoutMs: number;
  readonly asUser?: Account | undefined;
}
/** Absolute paths, sorted. `complete` is false when a limit or the time ended the search. Links and other file systems are not entered. */
export interface FileSearchResult {
  readonly paths: readonly string[];
  readonly complete: boolean;
  readonly detail: string | null;
}

/** Who could change what a path leads to: every component, every symbolic link on the way. When not resolved: of the part that was seen. */
export interface PathChain {
  readonly state: 'resolved' | 'missing' | 'unreadable';
  readonly realPath: string | null;
  /** The end is a directory. */
  readonly directory: boolean;
  /** Distinct owners other than root of any component, sorted. */
  readonly owners: readonly number[];
  /** First component that group or others may write (sticky directories count); null when there is none. */
  readonly writable: string | null;
  /** True when every directory may be entered and the end read by any account. */
  readonly openToAll: boolean;
}

/** What a file, directory or link is, without its content. */
export interface FileIdentity {
  readonly kind: EntryKind;
  /** Differs whenever content, rights, owner or the file itself do: device, inode, mode, owner, size, mtime and ctime in nanoseconds. */
  readonly identity: string;
  /** False while a change so recent that another one could have the same time: equal identities then do not mean equal content. */
  readonly settled: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface ForeignSearch {
  readonly directory: string;
  /** Allowed owners besides root. */
  readonly owners: readonly number[];
  readonly timeoutMs: number;
  readonly asUser?: Account | undefined;
}
/** `foreign`: `path` belongs to someone else or others may write it. `unknown`: the check could not be finished. */
export interface ForeignResult {
  readonly state: 'clean' | 'foreign' | 'unknown';
  readonly path: string | null;
  readonly detail: string | null;
}

/** A person's account. `home` lies below the root that was asked for. */
export interface UserAccount extends Account {
  readonly name: string;
  readonly home: string;
  /** A person (or root) who can sign in: has start-up files that set variables. */
  readonly person: boolean;
}

/** `detail` says why the database could not be read; then there are no users. */
export interface UsersRead {
  readonly users: readonly UserAccount[];
  readonly detail: string | null;
}

/** Where a certificate of a logical system store lies. `groupPolicy` and `enterprise` belong to the domain. */
export type WindowsPhysicalStore = 'registry' | 'groupPolicy' | 'enterprise' | 'authRoot' | 'other';
export type WindowsLocation = 'localMachine' | 'currentUser';
export type WindowsStoreName = 'Root' | 'CA' | 'Disallowed' | 'AuthRoot' | 'TrustedPeople';

export interface WindowsEntry {
  readonly der: Uint8Array;
  readonly friendlyName: string | null;
  /** Object identifiers of CERT_ENHKEY_USAGE_PROP_ID; null where it is not set. Empty: no purpose is left. */
  readonly enhancedKeyUsage: readonly string[] | null;
  /** Other properties that limit or describe it, base64 by CERT_…_PROP_ID (dates and purposes of the root programme, a description). */
  readonly properties: Readonly<Record<string, string>>;
}
export interface WindowsCertificate extends WindowsEntry {
  readonly physical: WindowsPhysicalStore;
}
export type WindowsStoreReading =
  | { readonly state: 'read'; readonly certificates: readonly WindowsCertificate[] }
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

/** System stores through crypt32: see the port of the same shape in libs/trust-stores. */
export interface WindowsStores {
  /** The account whose CurrentUser stores are read: the agent's own. */
  readonly account: string;
  /** Null when this process may change that store of the machine, else why not and what to do. */
  whyNotWritable(store: WindowsStoreName): Promise<string | null>;
  read(location: WindowsLocation, store: WindowsStoreName): Promise<WindowsStoreReading>;
  put(store: WindowsStoreName, entry: WindowsEntry): Promise<void>;
  remove(store: WindowsStoreName, sha256: string): Promise<boolean>;
}

export type {
  RegistryHive,
  RegistryReading,
  RegistryValue,
  WindowsRegistry,
} from './windows-registry/types.ts';

export type { NetworkShare } from './mounts.ts';

export interface Host {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Effective uid of this process; -1 where the system has none (Windows). */
  readonly uid: number;
  /** True for root that may take any account's identity; false for others, and for "root" of a user namespace that maps only itself. */
  readonly canActAs: boolean;
  runProgram(request: RunRequest): Promise<RunResult>;
  /** The account database below `root`; bounded, sorted by name. */
  users(root: string): Promise<UsersRead>;
  /** System stores through crypt32; null on every other system than Windows. */
  readonly windowsStores: WindowsStores | null;
  /** The registry's texts; null on every other system than Windows. */
  readonly registry: WindowsRegistry | null;
  readFile(path: string, options?: ReadOptions): Promise<FileRead>;
  listDirectory(path: string, options?: ListOptions): Promise<DirectoryListing>;
  findFiles(search: FileSearch): Promise<FileSearchResult>;
  inspectPath(path: string): Promise<PathChain>;
  findForeign(search: ForeignSearch): Promise<ForeignResult>;
  /** File system type when the path lies on a network (or user-space) mount, else null. Read from the mount table, the path is not touched. */
  networkMount(path: string): Promise<string | null>;
  /** As {@link networkMount}, with what is mounted there (`server:/export`; empty where the system does not say). */
  networkShare(path: string): Promise<NetworkShare | null>;
  /** Looks at an endpoint without verifying and sends nothing. */
  observeEndpoint(request: ObserveRequest): Promise<EndpointObservation>;
  /** Regular file with an execute bit (links followed). */
  isExecutable(path: string): Promise<boolean>;
  /** This process may write there; false on a read-only file system, even for root. */
  isWritable(path: string): Promise<boolean>;
  writeFile(path: string, bytes: Uint8Array, options?: WriteOptions): Promise<void>;
  /** In the order of the paths; null for what is missing or cannot be seen. Links are followed unless told otherwise. Throws where the process has run out of something. */
  identify(
    paths: readonly string[],
    options?: { readonly followLinks?: boolean },
  ): Promise<readonly (FileIdentity | null)[]>;
  /**
   * As {@link identify} of one path, links followed, by a child that is given up after `timeoutMs` (default 5000): for what lies on a share.
   * Settled means older than two minutes, since a server's clock is its own. The identity is comparable with others of this call alone.
   */
  identifyApart(
    path: string,
    options?: { readonly asUser?: Account | undefined; readonly timeoutMs?: number },
  ): Promise<FileIdentity | 'noAnswer' | null>;
  /** With all that is missing above it, 0755; nothing happens to one that is there. */
  makeDirectory(path: string): Promise<void>;
  /** True when it was there. */
  removeFile(path: string): Promise<boolean>;
}

/** The calls of the operating system that a change of a file is made of; `node:fs/promises` has them all. */
export interface WriteCalls {
  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<WriteHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}
export interface WriteHandle {
  writeFile(bytes: Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  chown?(uid: number, gid: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Those, and the others that durable storage is made of. */
export interface FileCalls extends WriteCalls {
  open(path: string, flags: 'r' | 'wx' | 'a', mode?: number): Promise<WriteHandle>;
  rm(path: string, options: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void>;
  mkdir(
    path: string,
    options: { readonly recursive: true; readonly mode: number },
  ): Promise<string | undefined>;
  readFile(path: string): Promise<Uint8Array>;
  readdir(path: string): Promise<string[]>;
}

export interface WriteOptions {
  /** Default 0o600. */
  readonly mode?: number;
  /** Given to it before it takes the place of the old one; only root can name another account. Default: the agent's own. */
  readonly owner?: Account | undefined;
}

export interface WatchOptions {
  readonly paths: readonly string[];
  /** Called with the sorted paths whose identity changed; never overlapping with itself. */
  readonly onChange: (paths: readonly string[]) => void | Promise<void>;
  /** Told about a directory that cannot be watched; polling still covers it. */
  readonly onProblem?: (message: string) => void;
  /** Quiet time before a change is reported. Default 1000. */
  readonly debounceMs?: number;
  /** Floor under inotify, at most 30000 (the default). */
  readonly pollMs?: number;
}
export interface Watch {
  /** Replaces the watched set without reporting a change. */
  update(paths: readonly string[]): Promise<void>;
  stop(): void;
}
