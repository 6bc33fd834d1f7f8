/** What a file is, beside its bytes. */
export interface FileAttributes {
  /** A plain file, and no link. */
  readonly plain: boolean;
  /** Permission bits and owner, to be given to the file that takes its place. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Files that root alone owns. What a link, or a directory that others can write, leads to is neither read nor written: the host's version
 * goes by descriptors and rejects with the reason.
 */
export interface FileAccess {
  /** Null when there is no such file. */
  readFile(path: string): Promise<Uint8Array | null>;
  /** Null when there is nothing of that name. */
  attributes(path: string): Promise<FileAttributes | null>;
  /** Replaces the file as a whole, on disk before it returns; mode 0644 and root's where nothing else is asked for. */
  writeFile(path: string, bytes: Uint8Array, attributes?: Omit<FileAttributes, 'plain'>): Promise<void>;
  /** Missing is no error; on disk before it returns. */
  removeFile(path: string): Promise<void>;
  /** Removes what a write to `path` that was killed left beside it. */
  sweep(path: string): Promise<void>;
}
