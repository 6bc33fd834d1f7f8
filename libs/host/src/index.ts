import type { SystemSection } from '@trustfleet/protocol';
import type { Host, Watch, WatchOptions } from './types.ts';

export type * from './types.ts';

/** The real operating system behind the ports that trust-stores, python and repair declare. */
export function createHost(): Host {
  throw new Error('libs/host: being written');
}
/** Watches files and directories (a directory changes when an entry comes or goes). Resolves when the first identities are taken. */
export function watchPaths(options: WatchOptions): Promise<Watch> {
  throw new Error(`libs/host: being written (${options.paths.length})`);
}
/** Stable facts only. A collector that fails or is late gives null fields and one line in `problems`. */
export function readSystemFacts(options?: { readonly timeoutMs?: number }): Promise<{ section: SystemSection; problems: readonly string[] }> {
  throw new Error(`libs/host: being written (${options?.timeoutMs ?? 0})`);
}
/** Reason why `path` may not be relied on by a process of `uid` (security.md, "a local user"), or null when only root and `uid` can change it. */
export function writableByOthers(path: string, uid: number): Promise<string | null> {
  throw new Error(`libs/host: being written (${path}, ${uid})`);
}
/** Makes (0755) or checks an empty directory of this process' own; the neutral cwd of children. Throws when it is not empty or not ours. */
export function ensureEmptyDirectory(path: string): Promise<string> {
  throw new Error(`libs/host: being written (${path})`);
}
