import { watch as watchDirectory, type FSWatcher } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, errorText } from './errors.ts';
import { createMountTable } from './mounts.ts';
import type { Watch, WatchOptions } from './types.ts';

/** inotify watches are a shared, limited good; the poll covers what is beyond. */
const MAX_WATCHED_DIRECTORIES = 128;
const MAX_PATHS = 4000;
const MAX_POLL_MS = 30_000;

/**
 * Watches files and directories. inotify makes it quick, and a comparison of identities every `pollMs` (≤ 30 s) makes it
 * certain: overlays, exhausted watches and replaced directories are noticed within a minute. Paths on network mounts are
 * left alone. Resolves once the first identities are taken.
 */
export async function watchPaths(options: WatchOptions): Promise<Watch> {
  const watcher = new PathWatcher(options);
  await watcher.update(options.paths);
  watcher.startPolling();
  return watcher;
}

class PathWatcher implements Watch {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #mounts = createMountTable();
  /** Why a directory is only polled, as it was told: the poll tries again each time, and must not repeat it each time. */
  readonly #told = new Map<string, string>();
  #identities = new Map<string, string>();
  #debounce: NodeJS.Timeout | null = null;
  #poll: NodeJS.Timeout | null = null;
  #comparing = false;
  #again = false;
  #stopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async update(paths: readonly string[]): Promise<void> {
    const local: string[] = [];
    for (const path of [...new Set(paths)].slice(0, MAX_PATHS))
      if ((await this.#mounts.networkMount(path)) === null) local.push(path);
    this.#identities = await identitiesOf(local);
    this.#watchDirectories(local);
  }

  startPolling(): void {
    const pollMs = Math.min(this.#options.pollMs ?? MAX_POLL_MS, MAX_POLL_MS);
    this.#poll = setInterval(() => void this.#compare(), pollMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#debounce !== null) clearTimeout(this.#debounce);
    if (this.#poll !== null) clearInterval(this.#poll);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchDirectories(paths: readonly string[]): void {
    if (this.#stopped) return;
    const wanted = new Set(
      [...new Set(paths.map((path) => dirname(path)))].slice(0, MAX_WATCHED_DIRECTORIES),
    );
    for (const [directory, watcher] of this.#watchers) {
      if (wanted.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of this.#told.keys()) if (!wanted.has(directory)) this.#told.delete(directory);
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#watchOne(directory);
  }

  #watchOne(directory: string): void {
    try {
      const watcher = watchDirectory(directory, { persistent: false }, () => {
        this.#later();
      });
      watcher.on('error', (error) => {
        this.#give(directory, error);
      });
      this.#watchers.set(directory, watcher);
      this.#told.delete(directory);
    } catch (error) {
      // Not there (yet): a normal state, found by the poll when it appears.
      if (errorCode(error) !== 'ENOENT') this.#give(directory, error);
    }
  }

  #give(directory: string, error: unknown): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
    const reason = errorText(error);
    if (this.#told.get(directory) === reason) return;
    this.#told.set(directory, reason);
    this.#options.onProblem?.(`${directory} is only polled: ${reason}`);
  }

  /** First event starts the clock and later ones do not push it back: a busy directory cannot starve the report. */
  #later(): void {
    this.#debounce ??= setTimeout(() => {
      this.#debounce = null;
      void this.#compare();
    }, this.#options.debounceMs ?? 1000);
  }

  async #compare(): Promise<void> {
    if (this.#comparing) {
      this.#again = true;
      return;
    }
    this.#comparing = true;
    try {
      const before = this.#identities;
      const now = await identitiesOf([...before.keys()]);
      const changed = [...now]
        .filter(([path, identity]) => before.get(path) !== identity)
        .map(([path]) => path);
      // update() may have replaced the set meanwhile: then this comparison is void.
      if (this.#identities !== before || this.#stopped) return;
      this.#identities = now;
      this.#watchDirectories([...now.keys()]);
      if (changed.length > 0) await this.#options.onChange(changed.toSorted());
    } catch (error) {
      this.#options.onProblem?.(`Looking for changed files failed: ${errorText(error)}`);
    } finally {
      this.#comparing = false;
      if (this.#again && !this.#stopped) {
        this.#again = false;
        this.#later();
      }
    }
  }
}

async function identitiesOf(paths: readonly string[]): Promise<Map<string, string>> {
  const identities = new Map<string, string>();
  for (const path of paths)
    identities.set(path, `${await identityOf(path, lstat)} ${await identityOf(path, stat)}`);
  return identities;
}

/** Both the link and what it leads to: either may be replaced. */
async function identityOf(path: string, look: typeof stat): Promise<string> {
  try {
    const found = await look(path, { bigint: true });
    return [found.dev, found.ino, found.mode, found.uid, found.size, found.mtimeNs, found.ctimeNs].join(':');
  } catch (error) {
    return errorCode(error) === '' ? errorText(error) : errorCode(error);
  }
}
