import { describeBundle, sha256Hex, type BundleRead, type DescribedBundle } from '@trustfleet/certificates';
import type { StoreFileIdentity, TrustStorePorts } from './ports.ts';

/** Together, of the files whose reading is kept. A store of 150 anchors has some 250 KiB; a host's all stores, some MiB. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 20_000;

interface Kept {
  /** Null where the file changed while it was read, or so recently that its next change could look the same. */
  readonly identity: string | null;
  readonly value: DescribedBundle;
  readonly bytes: number;
}

/** A value, and all that it was made of. */
export interface Made<T> {
  readonly value: T;
  readonly paths: readonly string[];
}

/** Shorter than the time for which a change counts as not settled (libs/host identify.ts). */
const MAX_MAKE_MS = 2000;

/**
 * What the files of one process's stores held when they were last read. A file is not opened again as long as device, inode, rights,
 * size, mtime and ctime are what they were: ctime, because whoever writes in place can set mtime back. One that was opened again
 * and has the same bytes is not parsed again. Only whole readings are kept, the longest unused go first.
 */
export class ReadingCache {
  readonly #kept = new Map<string, Kept>();
  /** One for each store: bounded by what createTrustStores finds. */
  readonly #derived = new Map<string, { value: unknown; paths: readonly string[]; state: string }>();
  readonly #aged = new Map<string, { readonly value: Promise<unknown>; readonly from: number }>();
  #bytes = 0;

  async bundle(ports: TrustStorePorts, path: string): Promise<DescribedBundle> {
    const before = await identityOf(ports, path);
    const kept = this.#kept.get(path);
    if (kept !== undefined && before !== null && kept.identity === before) return this.#keep(path, kept);
    const read = await ports.readFile(path);
    const value =
      kept !== undefined && sameContent(kept.value, read) ? kept.value : describeBundle(path, read);
    const identity = before !== null && before === (await identityOf(ports, path)) ? before : null;
    if (read.state === 'read') this.#keep(path, { identity, value, bytes: read.bytes.length });
    else this.#drop(path);
    return value;
  }

  /**
   * What was made of many files and directories, as long as none of them has changed. `make` names every path it looked at; a
   * directory among them stands for its list of names.
   */
  async derived<T>(ports: TrustStorePorts, key: string, make: () => Promise<Made<T>>): Promise<T> {
    const kept = this.#derived.get(key);
    if (kept !== undefined && kept.state === (await stateOf(ports, kept.paths))) return kept.value as T;
    this.#derived.delete(key);
    const start = performance.now();
    const { value, paths } = await make();
    const state = await stateOf(ports, paths);
    // Settled: nothing has changed since long before `make` began, so it saw what stands there now.
    if (state !== null && performance.now() - start < MAX_MAKE_MS)
      this.#derived.set(key, { value, paths, state });
    return value;
  }

  /**
   * What takes long to find out and may be a while old: made anew once it is older than `maxAgeMs`. Callers at the same time share one
   * making; a failure is not kept. As many keys as drivers ask with.
   */
  async aged<T>(key: string, maxAgeMs: number, make: () => Promise<T>): Promise<T> {
    const kept = this.#aged.get(key);
    if (kept !== undefined && performance.now() - kept.from < maxAgeMs) return (await kept.value) as T;
    const value = make();
    this.#aged.set(key, { value, from: performance.now() });
    try {
      return await value;
    } catch (error) {
      this.#aged.delete(key);
      throw error;
    }
  }

  /** Last in a map is the one used last. */
  #keep(path: string, kept: Kept): DescribedBundle {
    this.#drop(path);
    this.#kept.set(path, kept);
    this.#bytes += kept.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MAX_BYTES && this.#kept.size <= MAX_FILES) break;
      this.#drop(oldest);
    }
    return kept.value;
  }

  #drop(path: string): void {
    this.#bytes -= this.#kept.get(path)?.bytes ?? 0;
    this.#kept.delete(path);
  }
}

/** Of the file and of the link that may lead to it; null while either has changed too recently to be told from its next change. */
async function identityOf(ports: TrustStorePorts, path: string): Promise<string | null> {
  const [[file], [entry]] = await Promise.all([
    ports.identify([path]),
    ports.identify([path], { followLinks: false }),
  ]);
  return isSettled(file) && isSettled(entry) ? `${file.identity} ${entry.identity}` : null;
}

/** Null while one of them has changed too recently, and where none can be told. What is missing is part of it. */
async function stateOf(ports: TrustStorePorts, paths: readonly string[]): Promise<string | null> {
  const identities = await ports.identify(paths);
  if (identities.some((identity) => identity?.settled === false)) return null;
  if (identities.every((identity) => identity === null)) return null;
  return identities.map((identity) => identity?.identity ?? '').join(' ');
}

function isSettled(identity: StoreFileIdentity | null | undefined): identity is StoreFileIdentity {
  return identity?.settled === true;
}

function sameContent({ file }: DescribedBundle, read: BundleRead): boolean {
  return read.state === 'read' && file.realPath === read.realPath && file.sha256 === sha256Hex(read.bytes);
}

/** The same ports, with a cache for what is read through them. A getter among them is still asked only when a driver asks. */
export function remembering(ports: TrustStorePorts): TrustStorePorts {
  return Object.create(ports, { readings: { value: new ReadingCache() } }) as TrustStorePorts;
}
