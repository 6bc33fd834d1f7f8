/** What a file is, beside its bytes. */
export interface OwnedAttributes {
  /** A plain file, and no link. */
  readonly plain: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Files of one owner: read and replaced as a whole, on disk before a call returns. Everything rejects with a sentence for a person where it
 * is not done; missing is no error.
 */
export interface OwnedFiles {
  readFile(path: string): Promise<Uint8Array | null>;
  attributes(path: string): Promise<OwnedAttributes | null>;
  /** Mode 0644 where nothing else is asked for. */
  writeFile(
    path: string,
    bytes: Uint8Array,
    attributes?: { readonly mode: number; readonly uid: number; readonly gid: number },
  ): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Removes what a write to `path` that was killed left beside it. */
  sweep(path: string): Promise<void>;
  /** What of a directory and its parents is not there, outermost first. */
  missingDirectories(path: string): Promise<readonly string[]>;
  /** Makes those, 0755, and says which. */
  makeDirectory(path: string): Promise<readonly string[]>;
  /** One that is not empty, or is missing, is left. */
  removeEmptyDirectory(path: string): Promise<void>;
}

/** The calls of the operating system that these are made of; a test's version records them. */
export interface GuardedCalls {
  open(path: string, flags: number, mode?: number): Promise<GuardedHandle>;
  lstat(path: string): Promise<GuardedStats>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, mode: number): Promise<unknown>;
  rmdir(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
}
export interface GuardedHandle {
  readonly fd: number;
  stat(): Promise<GuardedStats>;
  readFile(): Promise<Uint8Array>;
  writeFile(bytes: Uint8Array): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
export interface GuardedStats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  isFile(): boolean;
  isDirectory(): boolean;
}
