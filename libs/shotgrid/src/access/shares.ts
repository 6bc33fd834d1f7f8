import {
  clip,
  MAX_SHARES,
  type CollectorProblem,
  type SharedFrom as WireShare,
  type ShareState,
} from '@trustfleet/protocol';
import type { ShotgridPorts } from '../ports.ts';
import { compare, type Paths } from '../paths.ts';

export type SharedFrom = WireShare;

/** What the mount table says of a path before anything touches it (shotgrid.md, security.md "a local user"). */
export type Standing =
  | { readonly state: 'local' }
  /** Configured to be read, in a child that may be given up. */
  | { readonly state: 'shared'; readonly shared: SharedFrom }
  | { readonly state: 'leftAlone'; readonly detail: string };

export interface Shares {
  /** Follows a link at the end of `path`. */
  standing(path: string): Promise<Standing>;
  /** A read there had no answer in time: nothing more of it is asked for during this discovery. */
  gaveNoAnswer(path: string, shared: SharedFrom): void;
  /** One line a share that was left alone, in whole or in part: the first of its paths by name, and how many more there are. */
  problems(): CollectorProblem[];
  /** Shares that were asked, in order; undefined where there were none. */
  states(): ShareState[] | undefined;
}

/** What one discovery asks of shares at most; the time limit ends most of them sooner. */
const MOST_ANSWERS = 20_000;

export function createShares(
  ports: ShotgridPorts,
  given: {
    readonly paths: Paths;
    readonly allowed: readonly string[];
    readonly note: (path: string, reason: string) => void;
  },
): Shares {
  const dead = new Map<string, string>();
  const known = new Map<string, Promise<Standing>>();
  const left = new Map<string, { readonly why: string; readonly paths: Set<string> }>();
  const met = new Map<string, SharedFrom>();
  let answers = 0;
  const leaveAlone = (path: string, shared: SharedFrom, why: string): Standing => {
    // Windows does not say what a drive is connected with.
    const key = shared.export === '' ? given.paths.parts(path)[0] : shared.export;
    const one = left.get(`${why}\0${key ?? ''}`) ?? { why, paths: new Set() };
    left.set(`${why}\0${key ?? ''}`, { ...one, paths: one.paths.add(path) });
    return { state: 'leftAlone', detail: why };
  };
  const ask = async (path: string): Promise<Standing> => {
    const share = await ports.networkShare(path);
    if (share === null) return { state: 'local' };
    const shared = sharedFrom(share);
    return given.allowed.some((directory) => given.paths.isInside(path, directory))
      ? { state: 'shared', shared }
      : leaveAlone(path, shared, `Lies on a network mount (${shared.type}) and is left alone`);
  };
  return {
    async standing(path) {
      const asked = known.get(path) ?? ask(path);
      known.set(path, asked);
      const standing = await asked;
      if (standing.state !== 'shared') return standing;
      met.set(`${keyOf(standing.shared)}\0${standing.shared.mount ?? ''}`, standing.shared);
      const why = dead.get(keyOf(standing.shared));
      if (why !== undefined) return { state: 'leftAlone', detail: why };
      answers += 1;
      return answers <= MOST_ANSWERS
        ? standing
        : leaveAlone(path, standing.shared, `More than ${MOST_ANSWERS} files of shares were not read`);
    },
    gaveNoAnswer(path, shared) {
      const key = keyOf(shared);
      if (dead.has(key)) return;
      const why = `The share ${shared.export} (${shared.type}) does not answer: the rest of it was not looked at`;
      dead.set(key, why);
      given.note(path, why);
    },
    problems: () =>
      [...left.values()].map(({ why, paths }) => {
        const [path = '', ...more] = [...paths].sort(compare);
        return { path, reason: more.length === 0 ? why : `${why}, as ${more.length} more paths there are` };
      }),
    states: () =>
      statesOf(
        [...met].toSorted(([a], [b]) => compare(a, b)),
        dead,
      ),
  };
}

function statesOf(
  met: readonly (readonly [string, SharedFrom])[],
  dead: ReadonlyMap<string, string>,
): ShareState[] | undefined {
  const states = met.map(([, shared]): ShareState => {
    const { export: source, type, mount } = shared;
    const state = dead.has(keyOf(shared)) ? 'doesNotAnswer' : 'answers';
    return { export: source, type, ...(mount === undefined ? {} : { mount }), state };
  });
  return states.length === 0 ? undefined : states.slice(0, MAX_SHARES);
}

/** As the section has it: what is not known is left out. */
function sharedFrom(share: NonNullable<Awaited<ReturnType<ShotgridPorts['networkShare']>>>): SharedFrom {
  return {
    ...{ export: clip(share.export, 4096), type: clip(share.type, 512) },
    ...(share.path === null || share.path === undefined ? {} : { path: clip(share.path, 4096) }),
    ...(share.mount === null || share.mount === undefined ? {} : { mount: clip(share.mount, 4096) }),
  };
}

function keyOf(shared: Pick<SharedFrom, 'type' | 'export'>): string {
  return `${shared.type}\0${shared.export}`;
}
