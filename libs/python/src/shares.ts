import { clip, MAX_SHARES, type SharedFrom, type ShareState } from '@trustfleet/protocol';
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
  /** Something else than {@link Way.failed} found that `share` does not answer. */
  gaveNoAnswer(share: PythonShare): void;
  isSilent(share: PythonShare): boolean;
  /** Shares that were asked, in order; undefined where there were none. */
  states(): ShareState[] | undefined;
}

/** As sections have it: what is not known is left out. */
export function sharedFrom(share: PythonShare): SharedFrom {
  return {
    ...{ export: clip(share.export, 4096), type: clip(share.type, 512) },
    ...(share.path === null || share.path === undefined ? {} : { path: clip(share.path, 4096) }),
    ...(share.mount === null || share.mount === undefined ? {} : { mount: clip(share.mount, 4096) }),
  };
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
  const asked = new Map<string, PythonShare>();
  const ask = (share: PythonShare): string => {
    const name = nameOf(share);
    asked.set(`${name}\0${share.mount ?? ''}`, share);
    return name;
  };
  const of = (path: string): Promise<PythonShare | null> => ports.networkShare(path);
  return {
    of,
    async wayTo(path) {
      const share = await of(path);
      if (share === null) return LOCAL;
      const name = nameOf(share);
      const way = { how: { apart: true, timeoutMs: PATIENCE_MS }, failed: () => undefined };
      if (!readNetwork.some((directory) => isInside(path, directory.replace(/(.)\/+$/, '$1'))))
        return { ...way, refused: `${path} lies on a network mount (${name}) and is left alone` };
      ask(share);
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
    gaveNoAnswer(share) {
      silent.add(ask(share));
    },
    isSilent: (share) => silent.has(nameOf(share)),
    states() {
      const states = [...asked]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, share]): ShareState => {
          const { export: source, type, mount } = sharedFrom(share);
          const state = silent.has(nameOf(share)) ? 'doesNotAnswer' : 'answers';
          return { export: source, type, ...(mount === undefined ? {} : { mount }), state };
        });
      return states.length === 0 ? undefined : states.slice(0, MAX_SHARES);
    },
  };
}

function nameOf(share: PythonShare): string {
  return share.export === '' ? share.type : `${share.type}, ${share.export}`;
}
