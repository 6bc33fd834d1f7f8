import { basename, dirname } from 'node:path';

/** One call that changes the disk, in the order in which it was made. */
export type DiskCall =
  | {
      readonly kind: 'entry';
      readonly directory: string;
      readonly set: Readonly<Record<string, number | null>>;
    }
  | { readonly kind: 'write'; readonly inode: number; readonly data: Buffer }
  | { readonly kind: 'syncFile'; readonly inode: number }
  | { readonly kind: 'syncDirectory'; readonly directory: string };

/** A disk at rest: what each path holds. Directories are there by what lies below them, and by `directories`. */
export interface DiskImage {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly directories: ReadonlySet<string>;
}

/** What a loss of power leaves of that which was not synced. */
export type Loss = 'all' | 'none' | 'torn' | 'zeroed' | 'entries' | 'mixed';
export const LOSSES: readonly Loss[] = ['all', 'none', 'torn', 'zeroed', 'entries', 'mixed'];

const DIRECTORY = -1;

/** A file of one image: its inode's data, or a directory. */
interface State {
  /** Names of each directory: an inode, or DIRECTORY. */
  readonly entries: Map<string, Map<string, number>>;
  readonly data: Map<number, Buffer>;
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function namesOf(state: State, directory: string): Map<string, number> {
  const names = state.entries.get(directory);
  if (names === undefined) throw systemError('ENOENT', directory);
  return names;
}

function applyEntry(state: State, call: Extract<DiskCall, { kind: 'entry' }>): void {
  const names = state.entries.get(call.directory) ?? new Map<string, number>();
  state.entries.set(call.directory, names);
  for (const [name, inode] of Object.entries(call.set)) {
    if (inode !== null) {
      names.set(name, inode);
      continue;
    }
    // A directory that is made anew under that name is another one, and empty.
    if (names.get(name) === DIRECTORY)
      state.entries.delete(`${call.directory === '/' ? '' : call.directory}/${name}`);
    names.delete(name);
  }
}

function stateOf(image: DiskImage): State {
  const state: State = { entries: new Map([['/', new Map()]]), data: new Map() };
  const makeDirectory = (path: string): void => {
    if (state.entries.has(path)) return;
    makeDirectory(dirname(path));
    state.entries.set(path, new Map());
    namesOf(state, dirname(path)).set(basename(path), DIRECTORY);
  };
  for (const path of image.directories) makeDirectory(path);
  let inode = 0;
  for (const [path, data] of image.files) {
    makeDirectory(dirname(path));
    inode += 1;
    state.data.set(inode, data);
    namesOf(state, dirname(path)).set(basename(path), inode);
  }
  return state;
}

function imageOf(state: State, dataOf: (inode: number) => Buffer): DiskImage {
  const files = new Map<string, Buffer>();
  const directories = new Set<string>();
  const walk = (directory: string): void => {
    directories.add(directory);
    for (const [name, inode] of [...(state.entries.get(directory) ?? [])].sort()) {
      const path = `${directory === '/' ? '' : directory}/${name}`;
      if (inode === DIRECTORY) walk(path);
      else files.set(path, dataOf(inode));
    }
  };
  walk('/');
  return { files, directories };
}

/** A disk in memory that writes down every call. */
export interface RecordedDisk {
  readonly log: readonly DiskCall[];
  readonly image: () => DiskImage;
  open(path: string, flags: 'r' | 'wx' | 'a', mode?: number): Promise<RecordedFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rm(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void>;
  mkdir(
    path: string,
    options: { readonly recursive: true; readonly mode: number },
  ): Promise<string | undefined>;
  readFile(path: string): Promise<Uint8Array>;
  readdir(path: string): Promise<string[]>;
}

export interface RecordedFile {
  writeFile(bytes: Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export function createRecordedDisk(start: DiskImage): RecordedDisk {
  const state = stateOf(start);
  const log: DiskCall[] = [];
  let lastInode = state.data.size;
  const done = Promise.resolve();
  const entry = (directory: string, set: Record<string, number | null>): void => {
    const call = { kind: 'entry', directory, set } as const;
    log.push(call);
    applyEntry(state, call);
  };
  const inodeAt = (path: string): number | undefined => state.entries.get(dirname(path))?.get(basename(path));
  const create = (path: string): number => {
    namesOf(state, dirname(path));
    lastInode += 1;
    state.data.set(lastInode, Buffer.alloc(0));
    entry(dirname(path), { [basename(path)]: lastInode });
    return lastInode;
  };
  const fileOf = (inode: number): RecordedFile => ({
    writeFile(bytes) {
      const data = Buffer.concat([state.data.get(inode) ?? Buffer.alloc(0), bytes]);
      log.push({ kind: 'write', inode, data });
      state.data.set(inode, data);
      return done;
    },
    sync() {
      log.push({ kind: 'syncFile', inode });
      return done;
    },
    chmod: () => done,
    close: () => done,
  });
  const directoryHandle = (directory: string): RecordedFile => ({
    writeFile: () => Promise.reject(systemError('EISDIR', directory)),
    sync() {
      log.push({ kind: 'syncDirectory', directory });
      return done;
    },
    chmod: () => done,
    close: () => done,
  });
  const removeTree = (path: string): void => {
    for (const name of [...(state.entries.get(path)?.keys() ?? [])]) {
      removeTree(`${path}/${name}`);
      entry(path, { [name]: null });
    }
    state.entries.delete(path);
  };
  return {
    log,
    image: () => imageOf(state, (inode) => state.data.get(inode) ?? Buffer.alloc(0)),
    open(path, flags) {
      const inode = inodeAt(path);
      if (flags === 'r' && state.entries.has(path)) return Promise.resolve(directoryHandle(path));
      if (flags === 'wx' && inode !== undefined) return Promise.reject(systemError('EEXIST', path));
      if (inode === undefined && flags === 'r') return Promise.reject(systemError('ENOENT', path));
      return Promise.resolve(fileOf(inode ?? create(path)));
    },
    rename(from, to) {
      const inode = inodeAt(from);
      if (inode === undefined) return Promise.reject(systemError('ENOENT', from));
      if (dirname(from) !== dirname(to)) return Promise.reject(systemError('EXDEV', to));
      entry(dirname(from), { [basename(from)]: null, [basename(to)]: inode });
      return done;
    },
    unlink(path) {
      if (inodeAt(path) === undefined) return Promise.reject(systemError('ENOENT', path));
      entry(dirname(path), { [basename(path)]: null });
      return done;
    },
    rm(path, { force = false, recursive = false } = {}) {
      if (inodeAt(path) === undefined) return force ? done : Promise.reject(systemError('ENOENT', path));
      if (recursive) removeTree(path);
      entry(dirname(path), { [basename(path)]: null });
      return done;
    },
    mkdir(path) {
      let first: string | undefined;
      const make = (directory: string): void => {
        if (state.entries.has(directory)) return;
        make(dirname(directory));
        first ??= directory;
        state.entries.set(directory, new Map());
        entry(dirname(directory), { [basename(directory)]: DIRECTORY });
      };
      make(path);
      return Promise.resolve(first);
    },
    readFile(path) {
      const inode = inodeAt(path);
      if (inode === undefined) return Promise.reject(systemError('ENOENT', path));
      return Promise.resolve(new Uint8Array(state.data.get(inode) ?? Buffer.alloc(0)));
    },
    readdir(path) {
      const names = state.entries.get(path);
      return names === undefined
        ? Promise.reject(systemError('ENOENT', path))
        : Promise.resolve([...names.keys()]);
    },
  };
}

/** What happened to the data of one file that was not synced. */
function damagedData(loss: Exclude<Loss, 'mixed'>, synced: Buffer, written: Buffer): Buffer {
  switch (loss) {
    case 'all':
      return synced;
    case 'none':
    case 'entries':
      return written;
    case 'torn':
      return written.subarray(0, Math.floor((synced.length + written.length) / 2));
    case 'zeroed':
      return Buffer.concat([
        written.subarray(0, synced.length),
        Buffer.alloc(Math.max(0, written.length - synced.length)),
      ]);
  }
}

const DATA_LOSSES = ['all', 'none', 'torn', 'zeroed'] as const;
const pick = <T>(items: readonly [T, ...T[]], random: () => number): T =>
  items[Math.floor(random() * items.length)] ?? items[0];

/**
 * The disk as it stands after the first `calls` calls and a loss of power. What was synced is there; of the rest, data and names are
 * lost apart from each other, names of one directory in their order (a journaling file system keeps that), data in any.
 */
export function afterPowerLoss(
  start: DiskImage,
  calls: readonly DiskCall[],
  { loss, random }: { readonly loss: Loss; readonly random: () => number },
): DiskImage {
  const state = stateOf(start);
  const synced = new Map(state.data);
  const pending = new Map<string, Extract<DiskCall, { kind: 'entry' }>[]>();
  const written = new Map(state.data);
  for (const call of calls) {
    if (call.kind === 'write') written.set(call.inode, call.data);
    else if (call.kind === 'syncFile') synced.set(call.inode, written.get(call.inode) ?? Buffer.alloc(0));
    else if (call.kind === 'entry')
      pending.set(call.directory, [...(pending.get(call.directory) ?? []), call]);
    else {
      for (const one of pending.get(call.directory) ?? []) applyEntry(state, one);
      pending.delete(call.directory);
    }
  }
  for (const waiting of pending.values()) {
    const kept = { all: 0, entries: 0, none: waiting.length, torn: waiting.length, zeroed: waiting.length };
    const count = loss === 'mixed' ? Math.floor(random() * (waiting.length + 1)) : kept[loss];
    for (const one of waiting.slice(0, count)) applyEntry(state, one);
  }
  const dataOf = (inode: number): Buffer => {
    const [before, after] = [synced.get(inode) ?? Buffer.alloc(0), written.get(inode) ?? Buffer.alloc(0)];
    if (before.equals(after)) return after;
    return damagedData(loss === 'mixed' ? pick(DATA_LOSSES, random) : loss, before, after);
  };
  return imageOf(state, dataOf);
}
