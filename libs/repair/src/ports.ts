import type { KeyObject } from 'node:crypto';
import type { JobEvent, KeySet } from '@trustfleet/protocol';

/**
 * Storage that survives the loss of power: each call returns after the bytes, and the directory entry that names
 * them, are on disk (fsync). One interface, so that a test can record what was synced and drop the rest.
 */
export interface DurableFiles {
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Replaces the file as a whole (temporary file in the same directory, then rename). Mode 0600. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Adds to the end; makes the file, mode 0600, when it is missing. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Names of entries, sorted; none when the directory is missing. */
  list(directory: string): Promise<string[]>;
  /** Makes the directory and its parents, mode 0700. */
  makeDirectory(path: string): Promise<void>;
  /** Removes the directory and all in it; a missing one is no error. */
  removeDirectory(path: string): Promise<void>;
  /** Puts on disk what another program wrote under that name: bytes and directory entry. A missing file is no error. */
  sync(path: string): Promise<void>;
}

/**
 * The calls of the operating system that durable storage is made of (`node:fs/promises` has them all). A test's version records
 * them, to see what is left when everything that was not synced is lost.
 */
export interface FileCalls {
  open(path: string, flags: 'r' | 'wx' | 'a', mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void>;
  mkdir(
    path: string,
    options: { readonly recursive: true; readonly mode: number },
  ): Promise<string | undefined>;
  readFile(path: string): Promise<Uint8Array>;
  readdir(path: string): Promise<string[]>;
}

export interface OpenFile {
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** One line of structured log; never given secrets. */
export type RepairLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * Called at every named point of a job's way (`before:stepStarted`, `after:writeAnchorFile`, ...). Does nothing in
 * a running agent; a test's version ends the process there.
 */
export type FaultPoint = (point: string) => void | Promise<void>;

/** Who this agent is, and by whose keys it goes. */
export interface RepairIdentity {
  readonly hostId: string;
  readonly fleetId: string;
  /** The key set that the agent goes by at this moment (`keysFor` of libs/signing picks a role); settings may replace it. */
  readonly keySet: () => KeySet;
  /** The host's Ed25519 private key: signs final events. */
  readonly hostKey: KeyObject;
}

/** Handed to the connection: an event that is safely on disk. */
export type EventListener = (event: JobEvent) => void;
