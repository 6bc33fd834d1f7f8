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
  const state: State = { entries: new Map([['/', new Map<string, number>()]]), data: new Map() };
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

export interface RecordedFile {
  writeFile(bytes: Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const done = (): Promise<void> => Promise.resolve();
const failed = (code: string, path: string): Promise<never> => Promise.reject(systemError(code, path));

/** A disk in memory that writes down every call. */
export class RecordedDisk {
  readonly log: DiskCall[] = [];
  readonly #state: State;
  #lastInode: number;

  constructor(start: DiskImage) {
    this.#state = stateOf(start);
    this.#lastInode = this.#state.data.size;
  }

  image(): DiskImage {
    return imageOf(this.#state, (inode) => this.#dataOf(inode));
  }

  open(path: string, flags: 'r' | 'wx' | 'a'): Promise<RecordedFile> {
    const inode = this.#inodeAt(path);
    if (flags === 'r' && this.#state.entries.has(path)) return Promise.resolve(this.#directory(path));
    if (flags === 'wx' && inode !== undefined) return failed('EEXIST', path);
    if (inode === undefined && flags === 'r') return failed('ENOENT', path);
    return Promise.resolve(this.#file(inode ?? this.#create(path)));
  }

  rename(from: string, to: string): Promise<void> {
    const inode = this.#inodeAt(from);
    if (inode === undefined) return failed('ENOENT', from);
    if (dirname(from) !== dirname(to)) return failed('EXDEV', to);
    this.#entry(dirname(from), { [basename(from)]: null, [basename(to)]: inode });
    return done();
  }

  unlink(path: string): Promise<void> {
    return this.rm(path);
  }

  rm(
    path: string,
    { force = false, recursive = false }: { readonly recursive?: boolean; readonly force?: boolean } = {},
  ): Promise<void> {
    if (this.#inodeAt(path) === undefined) return force ? done() : failed('ENOENT', path);
    if (recursive) this.#removeTree(path);
    this.#entry(dirname(path), { [basename(path)]: null });
    return done();
  }

  mkdir(path: string): Promise<string | undefined> {
    const missing: string[] = [];
    for (let directory = path; !this.#state.entries.has(directory); directory = dirname(directory))
      missing.unshift(directory);
    for (const directory of missing) {
      this.#state.entries.set(directory, new Map());
      this.#entry(dirname(directory), { [basename(directory)]: DIRECTORY });
    }
    return Promise.resolve(missing[0]);
  }

  readFile(path: string): Promise<Uint8Array> {
    const inode = this.#inodeAt(path);
    return inode === undefined
      ? failed('ENOENT', path)
      : Promise.resolve(new Uint8Array(this.#dataOf(inode)));
  }

  readdir(path: string): Promise<string[]> {
    const names = this.#state.entries.get(path);
    return names === undefined ? failed('ENOENT', path) : Promise.resolve([...names.keys()]);
  }

  /** What stands under that name; null for nothing. */
  kindOf(path: string): 'file' | 'directory' | null {
    if (this.#state.entries.has(path)) return 'directory';
    return this.#inodeAt(path) === undefined ? null : 'file';
  }

  #inodeAt(path: string): number | undefined {
    return this.#state.entries.get(dirname(path))?.get(basename(path));
  }

  #dataOf(inode: number): Buffer {
    return this.#state.data.get(inode) ?? Buffer.alloc(0);
  }

  #entry(directory: string, set: Record<string, number | null>): void {
    const call = { kind: 'entry', directory, set } as const;
    this.log.push(call);
    applyEntry(this.#state, call);
  }

  #create(path: string): number {
    namesOf(this.#state, dirname(path));
    this.#lastInode += 1;
    this.#state.data.set(this.#lastInode, Buffer.alloc(0));
    this.#entry(dirname(path), { [basename(path)]: this.#lastInode });
    return this.#lastInode;
  }

  #file(inode: number): RecordedFile {
    return {
      writeFile: (bytes) => {
        const data = Buffer.concat([this.#dataOf(inode), bytes]);
        this.log.push({ kind: 'write', inode, data });
        this.#state.data.set(inode, data);
        return done();
      },
      sync: () => {
        this.log.push({ kind: 'syncFile', inode });
        return done();
      },
      chmod: done,
      chown: done,
      close: done,
    };
  }

  #directory(directory: string): RecordedFile {
    return {
      writeFile: () => failed('EISDIR', directory),
      sync: () => {
        this.log.push({ kind: 'syncDirectory', directory });
        return done();
      },
      chmod: done,
      chown: done,
      close: done,
    };
  }

  #removeTree(path: string): void {
    for (const name of [...(this.#state.entries.get(path)?.keys() ?? [])]) {
      this.#removeTree(`${path}/${name}`);
      this.#entry(path, { [name]: null });
    }
    this.#state.entries.delete(path);
  }
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
  const disk = replay(start, calls);
  for (const waiting of disk.pending.values()) {
    const kept = { all: 0, entries: 0, none: waiting.length, torn: waiting.length, zeroed: waiting.length };
    const count = loss === 'mixed' ? Math.floor(random() * (waiting.length + 1)) : kept[loss];
    for (const one of waiting.slice(0, count)) applyEntry(disk.state, one);
  }
  return imageOf(disk.state, (inode) => {
    const [before, after] = [disk.synced, disk.written].map((data) => data.get(inode) ?? Buffer.alloc(0)) as [
      Buffer,
      Buffer,
    ];
    if (before.equals(after)) return after;
    return damagedData(loss === 'mixed' ? pick(DATA_LOSSES, random) : loss, before, after);
  });
}

interface Replayed {
  /** Names that are safe. */
  readonly state: State;
  readonly synced: Map<number, Buffer>;
  readonly written: Map<number, Buffer>;
  /** Changes of names that are not safe, by directory. */
  readonly pending: Map<string, Extract<DiskCall, { kind: 'entry' }>[]>;
}

function replay(start: DiskImage, calls: readonly DiskCall[]): Replayed {
  const state = stateOf(start);
  const disk: Replayed = {
    state,
    synced: new Map(state.data),
    written: new Map(state.data),
    pending: new Map(),
  };
  for (const call of calls) replayOne(disk, call);
  return disk;
}

function replayOne({ state, synced, written, pending }: Replayed, call: DiskCall): void {
  switch (call.kind) {
    case 'write':
      written.set(call.inode, call.data);
      break;
    case 'syncFile':
      synced.set(call.inode, written.get(call.inode) ?? Buffer.alloc(0));
      break;
    case 'entry':
      pending.set(call.directory, [...(pending.get(call.directory) ?? []), call]);
      break;
    case 'syncDirectory':
      for (const one of pending.get(call.directory) ?? []) applyEntry(state, one);
      pending.delete(call.directory);
  }
}
