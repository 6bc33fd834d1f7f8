import { clip, type CollectorProblem } from '@trustfleet/protocol';
import type { ShotgridPorts, UserAccount } from '../ports.ts';
import { compare, createPaths, type Paths } from '../paths.ts';
import type { DiscoverShotgridOptions } from '../types.ts';
import type { Memory } from './memory.ts';
import { createRights, type Reader, type Rights } from './rights.ts';
import { createShares, type Shares } from './shares.ts';

/** One discovery: the ports behind the rules that hold for all of it, and the problems it met. */
export interface Scan {
  readonly ports: ShotgridPorts;
  readonly paths: Paths;
  readonly root: string;
  readonly options: DiscoverShotgridOptions;
  readonly accounts: readonly UserAccount[];
  readonly memory: Memory;
  readonly rights: Rights;
  readonly shares: Shares;
  note(path: string, reason: string): void;
  problems(): CollectorProblem[];
  /** Runs what holds a large file in memory: one after the other. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** The time for this discovery is used up. */
  late(): boolean;
  /** People that this agent can read as, each with whose rights that are; undefined is not among them. */
  readonly people: readonly { readonly account: UserAccount; readonly reader: Reader }[];
}

/** As many as a section takes. */
const MAX_PROBLEMS = 200;
const MAX_PEOPLE = 200;
const DEFAULT_TIME_LIMIT_MS = 15_000;

export async function createScan(
  ports: ShotgridPorts,
  given: { readonly options: DiscoverShotgridOptions; readonly memory: Memory },
): Promise<Scan> {
  const { options, memory } = given;
  const root = options.root ?? '/';
  const paths = createPaths(ports.platform);
  const problems = new Map<string, CollectorProblem>();
  const note = (path: string, reason: string): void => {
    const problem = clipped({ path, reason });
    problems.set(`${problem.path}\0${problem.reason}`, problem);
  };
  const end = performance.now() + (options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS);
  const { users: accounts, detail } = await ports.users(root);
  if (detail !== null) note(ports.platform === 'windows' ? 'C:\\Users' : root, detail);
  const shares = createShares(ports, { paths, allowed: options.readNetwork, note });
  return {
    ...{ ports, paths, root, options, accounts, memory, note, shares },
    rights: createRights(ports, { paths, accounts }),
    problems: () => ordered([...problems.values(), ...shares.problems()].map(clipped)),
    alone: createTurns(),
    late: () => performance.now() > end,
    people: peopleOf(ports, accounts),
  };
}

function createTurns(): Scan['alone'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // The next one is not concerned by how this one ends.
    last = mine.catch(() => undefined);
    return mine;
  };
}

function clipped({ path, reason }: CollectorProblem): CollectorProblem {
  return { path: clip(path, 4096), reason: clip(reason, 512) };
}

function peopleOf(ports: ShotgridPorts, accounts: readonly UserAccount[]): Scan['people'] {
  return accounts
    .filter((account) => account.person)
    .slice(0, MAX_PEOPLE)
    .filter((account) => account.uid === ports.uid || ports.canActAs)
    .map((account) => ({
      account,
      reader: account.uid === ports.uid ? null : { uid: account.uid, gid: account.gid },
    }));
}

/** In order; where there are too many, the last one says so. */
function ordered(problems: readonly CollectorProblem[]): CollectorProblem[] {
  const sorted = problems.toSorted((a, b) => compare(`${a.path}\0${a.reason}`, `${b.path}\0${b.reason}`));
  if (sorted.length <= MAX_PROBLEMS) return sorted;
  const left = sorted.length - MAX_PROBLEMS + 1;
  const kept = sorted.slice(0, MAX_PROBLEMS - 1);
  return [...kept, { path: sorted[MAX_PROBLEMS - 1]?.path ?? '', reason: `and ${left} more problems` }];
}
