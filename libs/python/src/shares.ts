import { isInside } from './paths.ts';
import type { PythonPorts, PythonShare } from './ports.ts';

/** How a path may be looked at. */
export interface Way {
  /** Why it may not be, one sentence. */
  readonly refused: string | null;
  readonly how: { readonly apart: boolean; readonly timeoutMs?: number };
  /** What went wrong: a share that does not answer is not asked again in this scan. */
  failed(detail: string): void;
}

export interface Shares {
  of(path: string): Promise<PythonShare | null>;
  wayTo(path: string): Promise<Way>;
}

/** One look at a share; it is given up then. */
const PATIENCE_MS = 3000;
const LOCAL: Way = { refused: null, how: { apart: false }, failed: () => undefined };

/**
 * The mount table is asked before a path is touched. What lies on a network mount is left alone, unless it lies below one of
 * `readNetwork`; then a child looks, which may be given up: a share that does not answer is a problem, never a hung agent.
 */
export function createShares(
  ports: PythonPorts,
  {
    readNetwork,
    note,
  }: { readonly readNetwork: readonly string[]; readonly note: (path: string, reason: string) => void },
): Shares {
  const silent = new Set<string>();
  const of = (path: string): Promise<PythonShare | null> => ports.networkShare(path);
  return {
    of,
    async wayTo(path) {
      const share = await of(path);
      if (share === null) return LOCAL;
      const name = share.export === '' ? share.type : `${share.type}, ${share.export}`;
      const way = { how: { apart: true, timeoutMs: PATIENCE_MS }, failed: () => undefined };
      if (!readNetwork.some((directory) => isInside(path, directory.replace(/(.)\/+$/, '$1'))))
        return { ...way, refused: `${path} lies on a network mount (${name}) and is left alone` };
      if (silent.has(name))
        return { ...way, refused: `${path} lies on a share that does not answer (${name})` };
      return {
        ...way,
        refused: null,
        failed(detail) {
          if (!/does not answer|no end after/.test(detail) || silent.has(name)) return;
          silent.add(name);
          note(path, `The share (${name}) does not answer: nothing more of it was read`);
        },
      };
    },
  };
}
