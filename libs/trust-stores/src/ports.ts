import type { BundleRead } from '@trustfleet/certificates';
import type { ReadingCache } from './reading-cache.ts';

/** What a store driver needs of the operating system. libs/host implements it (createHost()), tests may too. */
export interface StoreRunRequest {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes?: number;
  /** Only root can name another account; rights are dropped for good. */
  readonly runAs?: StoreAccount | undefined;
  readonly signal?: AbortSignal | undefined;
}
export interface StoreRunResult {
  readonly state: 'exited' | 'signalled' | 'timedOut' | 'outputTooLarge' | 'notStarted';
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly reason: string | null;
}
export type StoreListing =
  | {
      readonly state: 'listed';
      readonly entries: readonly {
        readonly name: string;
        readonly kind: 'file' | 'directory' | 'link' | 'other';
      }[];
      readonly truncated: boolean;
    }
  | { readonly state: 'missing' | 'unreadable' | 'notDirectory'; readonly detail: string };

/** Numeric identity that a file is read or a program is run with. */
export interface StoreAccount {
  readonly uid: number;
  readonly gid: number;
}

/** An account of this machine; `home` lies below the root. */
export interface StoreUser extends StoreAccount {
  readonly name: string;
  readonly home: string;
  /** A person (or root) who can sign in, and whose programs keep stores. */
  readonly person: boolean;
}

/** `localMachine` and `currentUser` of crypt32; the names are those of the system stores. */
export type WindowsLocation = 'localMachine' | 'currentUser';
export type WindowsStoreName = 'Root' | 'CA' | 'Disallowed' | 'AuthRoot' | 'TrustedPeople';
/** Where a certificate of the logical store lies. `groupPolicy` and `enterprise` belong to the domain. */
export type WindowsPhysicalStore = 'registry' | 'groupPolicy' | 'enterprise' | 'authRoot' | 'other';

/** A certificate with what a store keeps with it; put into the registry's physical store. */
export interface WindowsEntry {
  readonly der: Uint8Array;
  /** CERT_FRIENDLY_NAME_PROP_ID; null where it is not set. */
  readonly friendlyName: string | null;
  /** Object identifiers of CERT_ENHKEY_USAGE_PROP_ID, which limits the purposes; null where it is not set. Empty: no purpose is left. */
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

/**
 * System stores through crypt32. Every call has a time limit of its own, and one that does not answer is `unreadable` (trust-stores.md
 * §6.6: as SYSTEM some stores block for half an hour): only the stores that are named are opened.
 */
export interface WindowsStorePort {
  /** The account whose CurrentUser stores are read: the agent's own. */
  readonly account: string;
  /** Null when this process may change that store of the machine, else why not and what to do. */
  whyNotWritable(store: WindowsStoreName): Promise<string | null>;
  read(location: WindowsLocation, store: WindowsStoreName): Promise<WindowsStoreReading>;
  /** Into the machine's registry store; replaces one with the same DER there. Throws with crypt32's error in words. */
  put(store: WindowsStoreName, entry: WindowsEntry): Promise<void>;
  /** Out of the machine's registry store, by SHA-256 of the DER, never by serial or name. True when it was there. */
  remove(store: WindowsStoreName, sha256: string): Promise<boolean>;
}

/** What a file, directory or link is, without its content. */
export interface StoreFileIdentity {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Differs whenever content, rights, owner or the file itself do (device, inode, mode, owner, size, mtime, ctime). */
  readonly identity: string;
  /** False while the last change is so recent that another one could have the same time. */
  readonly settled: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface TrustStorePorts {
  /** What earlier readings of this process left; createTrustStores puts it there for its drivers. */
  readonly readings?: ReadingCache;
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Effective uid of the agent: only root may change the operating system's store. -1 on Windows. */
  readonly uid: number;
  /** Null on every other system than Windows. */
  readonly windowsStores: WindowsStorePort | null;
  /** The account database below `root`, bounded; `detail` says why it could not be read. */
  users(root: string): Promise<{ readonly users: readonly StoreUser[]; readonly detail: string | null }>;
  readFile(
    path: string,
    options?: { readonly maxBytes?: number; readonly asUser?: StoreAccount | undefined },
  ): Promise<BundleRead>;
  listDirectory(
    path: string,
    options?: { readonly limit?: number; readonly asUser?: StoreAccount | undefined },
  ): Promise<StoreListing>;
  /** Regular files by base name (find(1) patterns); bounded; links and other file systems are not entered. `complete` is false when a limit ended it. */
  findFiles(search: {
    readonly root: string;
    readonly names: readonly string[];
    readonly maxDepth: number;
    readonly prune: readonly string[];
    readonly limit: number;
    readonly timeoutMs: number;
  }): Promise<{
    readonly paths: readonly string[];
    readonly complete: boolean;
    readonly detail: string | null;
  }>;
  /** Anything below a directory, or where its links lead, that others than root and `owners` own or may write. */
  findForeign(search: {
    readonly directory: string;
    readonly owners: readonly number[];
    readonly timeoutMs: number;
  }): Promise<{ readonly state: 'clean' | 'foreign' | 'unknown'; readonly detail: string | null }>;
  /** File system type when the path lies on a network mount, else null. The path is not touched. */
  networkMount(path: string): Promise<string | null>;
  isExecutable(path: string): Promise<boolean>;
  /** False on a read-only file system, even for root. */
  isWritable(path: string): Promise<boolean>;
  /** Owners other than root, and the first component that group or others may write. */
  inspectPath(
    path: string,
  ): Promise<{ readonly owners: readonly number[]; readonly writable: string | null }>;
  /** In the order of the paths; null for what is missing or cannot be seen. Links are followed unless told otherwise. Throws where the process has run out of something. */
  identify(
    paths: readonly string[],
    options?: { readonly followLinks?: boolean },
  ): Promise<readonly (StoreFileIdentity | null)[]>;
  /** Atomic, on disk before it resolves. Mode 0600 and the agent's own account unless told otherwise. */
  writeFile(
    path: string,
    bytes: Uint8Array,
    options?: { readonly mode?: number; readonly owner?: StoreAccount | undefined },
  ): Promise<void>;
  /** With all that is missing above it, 0755; nothing happens to one that is there. */
  makeDirectory(path: string): Promise<void>;
  removeFile(path: string): Promise<boolean>;
  runProgram(request: StoreRunRequest): Promise<StoreRunResult>;
}
