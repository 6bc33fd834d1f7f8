import { clip, type ShotgunApi } from '@trustfleet/protocol';
import type { ShotgridPorts } from '../ports.ts';
import type { Paths } from '../paths.ts';

export type SharedFrom = NonNullable<ShotgunApi['shared']>;

/** What the mount table says of a path before anything touches it (shotgrid.md, security.md "a local user"). */
export type Standing =
  | { readonly state: 'local' }
  /** Configured to be read, in a child that may be given up. */
  | { readonly state: 'shared'; readonly shared: SharedFrom }
  | { readonly state: 'leftAlone'; readonly detail: string };

export interface Shares {
  /** Follows a link at the end of `path`. A share that is left alone becomes a problem line. */
  standing(path: string): Promise<Standing>;
  /** A read there had no answer in time: nothing more of it is asked for during this discovery. */
  gaveNoAnswer(path: string, shared: SharedFrom): void;
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
  const dead = new Set<string>();
  const known = new Map<string, Promise<Standing>>();
  let answers = 0;
  const leftAlone = (path: string, why: string): Standing => {
    given.note(path, why);
    return { state: 'leftAlone', detail: why };
  };
  const ask = async (path: string): Promise<Standing> => {
    const share = await ports.networkShare(path);
    if (share === null) return { state: 'local' };
    if (!given.allowed.some((directory) => given.paths.isInside(path, directory)))
      return leftAlone(path, `Lies on a network mount (${share.type}) and is left alone`);
    return { state: 'shared', shared: { export: clip(share.export, 4096), type: clip(share.type, 512) } };
  };
  return {
    async standing(path) {
      const asked = known.get(path) ?? ask(path);
      known.set(path, asked);
      const standing = await asked;
      if (standing.state !== 'shared') return standing;
      if (dead.has(keyOf(standing.shared)))
        return { state: 'leftAlone', detail: `${path} lies on a share that does not answer` };
      answers += 1;
      return answers <= MOST_ANSWERS
        ? standing
        : leftAlone(path, `More than ${MOST_ANSWERS} files of shares were not read`);
    },
    gaveNoAnswer(path, shared) {
      if (dead.has(keyOf(shared))) return;
      dead.add(keyOf(shared));
      given.note(
        path,
        `The share ${shared.export} (${shared.type}) does not answer: the rest of it was not looked at`,
      );
    },
  };
}

function keyOf(shared: SharedFrom): string {
  return `${shared.type}\0${shared.export}`;
}
